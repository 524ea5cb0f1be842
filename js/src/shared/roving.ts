/**
 * Lets the arrow keys, Home and End move the choice among the buttons of a group, from the last to the first and back.
 * One of them, the one in reach of the Tab key, has a tab index of 0.
 */
export function chooseByArrows<Button extends HTMLElement>(
  group: HTMLElement,
  buttons: () => readonly Button[],
  choose: (button: Button) => void,
): void {
  group.addEventListener("keydown", (event) => {
    const all = buttons();
    const from = all.findIndex((button) => button.tabIndex === 0);
    const places: Record<string, number> = {
      ArrowLeft: from - 1,
      ArrowUp: from - 1,
      ArrowRight: from + 1,
      ArrowDown: from + 1,
      Home: 0,
      End: all.length - 1,
    };
    const to = places[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = all.at(to % all.length);
    if (button === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    button.focus();
    choose(button);
  });
}

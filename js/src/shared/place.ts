/** Puts a floating element below another, or above it at the end of the window. */
export function place(element: HTMLElement, beside: HTMLElement): void {
  const word = beside.getBoundingClientRect();
  const { width, height } = element.getBoundingClientRect();
  const left = Math.min(word.left, innerWidth - width - 8);
  const below = word.bottom + 6;
  const top = below + height > innerHeight ? word.top - height - 6 : below;
  element.style.left = `${Math.max(8, left)}px`;
  element.style.top = `${Math.max(8, top)}px`;
}

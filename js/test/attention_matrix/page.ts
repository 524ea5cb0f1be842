/** A drawing context that draws nothing: happy-dom has none, and layout and keys need one to measure with. */
export const drawsNothing = (): unknown =>
  new Proxy<Record<string, unknown>>(
    { measureText: (text: string) => ({ width: 7 * text.length }), getTransform: () => ({ a: 1 }) },
    {
      get: (target, name) => target[String(name)] ?? (() => undefined),
      set: () => true,
    },
  );

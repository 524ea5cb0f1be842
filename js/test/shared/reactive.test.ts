import { signal } from "@preact/signals-core";
import { expect, it } from "vitest";
import { follow } from "../../src/shared/reactive.ts";

it("draws at once and after every change, until the view closes", () => {
  const closing = new AbortController();
  const count = signal(1);
  const drawn: number[] = [];
  follow(closing.signal, () => drawn.push(count.value));
  count.value = 2;
  closing.abort();
  count.value = 3;
  follow(closing.signal, () => drawn.push(count.value));
  expect(drawn).toEqual([1, 2]);
});

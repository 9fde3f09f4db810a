/** A queue whose `shift` is O(1), which that of a long array is not. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    // Half of the array is used up: give the memory back.
    if (this.#head > 1_000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Keeps what `wanted` says; returns how many were removed. */
  filter(wanted: (item: T) => boolean): number {
    const before = this.length;
    this.#items = this.#items.slice(this.#head).filter(wanted);
    this.#head = 0;
    return before - this.length;
  }
}

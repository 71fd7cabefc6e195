/** How much there is in a JSON value. Without recursion: a value that is nested a million times must not end this. */
export function measure(value: unknown): { characters: number; values: number; depth: number } {
  const size = { characters: 0, values: 0, depth: 0 };
  const waiting: [value: unknown, depth: number][] = [[value, 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [each, depth] = next;
    size.values++;
    size.depth = Math.max(size.depth, depth);
    if (typeof each === 'string') size.characters += each.length;
    else if (typeof each === 'object' && each !== null) {
      for (const [name, inner] of Object.entries(each)) {
        size.characters += name.length;
        waiting.push([inner, depth + 1]);
      }
    }
  }
  return size;
}

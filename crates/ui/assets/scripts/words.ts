// What scripts say, in the language of the page, which carries the words along.
const words = JSON.parse(document.querySelector<HTMLMetaElement>('meta[name="words"]')?.content ?? "{}") as Record<string, string>;

/** The words of this name, with values in the places that they name in braces. */
export function word(name: string, values: Record<string, string> = {}): string {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (place, key: string) => values[key] ?? place);
}

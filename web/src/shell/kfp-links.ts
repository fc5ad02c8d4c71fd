/** Addresses of KFP's page, as its SDK prints them, and where the same thing is on this one. */

const PLACES: readonly [RegExp, (id: string) => string][] = [
  [/^runs\/details\/([^/?]+)/, (id) => `/runs/${id}`],
  [/^pipelines\/details\/([^/?]+)/, (id) => `/pipelines/${id}`],
  [/^experiments\/details\/([^/?]+)/, (id) => `/experiments/${id}`],
  [/^recurringrun\/details\/([^/?]+)/, (id) => `/recurring/${id}`],
  [/^artifacts\/([^/?]+)/, (id) => `/artifacts/${id}`],
  [/^(pipelines|experiments|artifacts|runs)\b/, (page) => `/${page}`],
  [/^recurringruns\b/, () => "/recurring"],
  [/^archive\/runs\b/, () => "/runs?archived=1"],
];

/**
 * Says where a fragment such as `#/runs/details/ID` leads.
 *
 * @returns A path of this page, or null for every other fragment.
 */
export function placeOfKfpLink(fragment: string): string | null {
  if (!fragment.startsWith("#/")) return null;
  const link = fragment.slice(2);
  for (const [pattern, place] of PLACES) {
    const found = pattern.exec(link);
    if (found) return place(encodeURIComponent(decoded(found[1] ?? "")));
  }
  return null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The namespace that the page is about: of the address, else the last one, else the first. */
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { me } from "@/api/queries";

const KEY = "namespace";

export function useNamespace(): string | undefined {
  const { ns } = useSearch({ from: "__root__" });
  const { data } = useQuery(me);
  if (!data || data.mode === "single") {
    return undefined;
  }
  const names = data.namespaces.map((one) => one.name);
  const wanted = [ns, remembered()].find((name) => name !== undefined && names.includes(name));
  return wanted ?? names[0];
}

export function remember(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // storage may be forbidden; the address still has it
  }
}

function remembered(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

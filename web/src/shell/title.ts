/** The title of the browser's tab. */
import { useEffect } from "react";
import { text } from "@/text/en";

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${text.product}`;
  }, [title]);
}

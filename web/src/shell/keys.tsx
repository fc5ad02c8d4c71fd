/** Keys that work on every page: search, going to pages, and the list of keys. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { text } from "@/text/en";
import { Dialog } from "@/ui/dialog";
import { places } from "./places";

const SEQUENCE_MS = 1200;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function Keys({ onSearch }: { onSearch: () => void }) {
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  const going = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onSearch();
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (document.querySelector("dialog[open]")) {
        return;
      }
      if (Date.now() - going.current < SEQUENCE_MS) {
        going.current = 0;
        const place = places.find((one) => one.key === event.key);
        if (place) {
          event.preventDefault();
          void navigate({ to: place.to });
        }
      } else if (event.key === "g") {
        going.current = Date.now();
      } else if (event.key === "?") {
        setHelp(true);
      } else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("main [data-search]");
        if (field) {
          event.preventDefault();
          field.focus();
          field.select();
        }
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [navigate, onSearch]);
  if (!help) {
    return null;
  }
  return (
    <Dialog title={text.keys.title} onClose={() => setHelp(false)}>
      <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-2">
        {[...text.keys.list, ...places.map((one) => [`g ${one.key}`, one.title] as const)].map(
          ([key, what]) => (
            <div key={key} className="contents">
              <dt>
                <kbd className="rounded border border-line-strong px-1.5 py-0.5 font-mono text-xs">
                  {key}
                </kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ),
        )}
      </dl>
    </Dialog>
  );
}

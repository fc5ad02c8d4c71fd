/** The palette: search for runs and pipelines, or go to a page, without the mouse. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from "react";
import { get } from "@/api/client";
import type { Page, Pipeline, RunRow } from "@/api/types";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { StateIcon } from "@/ui/state";
import { useNamespace } from "./namespace";
import { places } from "./places";

interface Choice {
  id: string;
  group: string;
  title: string;
  note?: string;
  icon?: ReactNode;
  address: string;
}

export function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const choices = useChoices(typed.trim());
  const at = Math.min(chosen, Math.max(0, choices.length - 1));

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const open = (choice: Choice | undefined) => {
    if (choice) {
      onClose();
      void navigate({ href: router.history.createHref(choice.address) });
    }
  };
  return (
    <dialog
      ref={dialog}
      aria-label={text.palette.label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="mt-[10vh] w-[min(38rem,calc(100vw-2rem))] overflow-hidden rounded-lg border border-line bg-raised p-0 shadow-2xl"
    >
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-choices"
        aria-activedescendant={choices[at] ? `palette-${at}` : undefined}
        aria-label={text.palette.label}
        placeholder={text.palette.placeholder}
        autoComplete="off"
        spellCheck={false}
        className="h-11 w-full border-b border-line bg-transparent px-4 outline-none"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            setChosen((at + step + choices.length) % Math.max(1, choices.length));
          } else if (event.key === "Enter") {
            event.preventDefault();
            open(choices[at]);
          }
        }}
      />
      <div
        id="palette-choices"
        role="listbox"
        aria-label={text.palette.label}
        className="max-h-[50dvh] overflow-auto p-1.5"
      >
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above holds the focus and the keys
          <div
            key={choice.id}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            ref={
              index === at ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined
            }
            onClick={() => open(choice)}
            onPointerMove={() => setChosen(index)}
            className="flex cursor-pointer items-center gap-2 rounded px-2.5 py-1.5 aria-selected:bg-accent-soft"
          >
            {choice.icon}
            <span className="truncate">{visible(choice.title)}</span>
            <span className="ml-auto shrink-0 truncate text-xs text-muted">
              {visible(choice.note ?? choice.group)}
            </span>
          </div>
        ))}
      </div>
      <p role="status" className="border-t border-line px-4 py-2 text-xs text-muted">
        {choices.length === 0 ? text.palette.nothing : text.palette.keys}
      </p>
    </dialog>
  );
}

function useChoices(typed: string): Choice[] {
  const wanted = useDeferredValue(typed);
  const namespace = useNamespace();
  const { data: runs } = useQuery({
    queryKey: ["palette-runs", namespace, wanted],
    queryFn: ({ signal }) =>
      get<Page<RunRow>>("/runs", { search: { text: wanted, namespace, limit: 8 }, signal }),
    placeholderData: keepPreviousData,
  });
  const { data: pipelines } = useQuery({
    queryKey: ["palette-pipelines", namespace, wanted],
    queryFn: ({ signal }) =>
      get<Page<Pipeline>>("/pipelines", { search: { text: wanted, namespace, limit: 6 }, signal }),
    placeholderData: keepPreviousData,
    enabled: wanted !== "",
    retry: false,
  });
  const fits = (title: string) => title.toLowerCase().includes(typed.toLowerCase());
  const pages = [
    {
      id: "start",
      title: text.runs.start,
      address: "/start",
      icon: <Plus aria-hidden size={14} />,
    },
    ...places.map(({ to, title, icon: Icon }) => ({
      id: to,
      title,
      address: to,
      icon: <Icon aria-hidden size={14} />,
    })),
  ]
    .filter(({ title }) => fits(title))
    .map((page) => ({ ...page, group: text.palette.pages }));
  const fresh = (runs?.items ?? []).filter(
    (run) => fits(run.display_name) || fits(run.pipeline) || fits(run.run_id), // not of what was typed before
  );
  const found = fresh.map((run) => ({
    id: run.run_id,
    group: text.palette.runs,
    title: run.display_name,
    note: run.pipeline,
    icon: <StateIcon state={run.state} />,
    address: `/runs/${encodeURIComponent(run.run_id)}`,
  }));
  const known = wanted
    ? (pipelines?.items ?? []).map((one) => ({
        id: one.id,
        group: text.palette.pipelines,
        title: one.display_name || one.name,
        address: `/pipelines/${encodeURIComponent(one.id)}`,
      }))
    : [];
  return wanted ? [...found, ...known, ...pages] : [...pages, ...found];
}

/** Short messages about what was just done; they are read out and go by themselves. */
import { useSyncExternalStore } from "react";
import { ApiError } from "@/api/client";
import { visible } from "@/format/safety";

interface Toast {
  id: number;
  message: string;
  bad: boolean;
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(to: readonly Toast[]): void {
  toasts = to;
  for (const listener of listeners) {
    listener();
  }
}

export function tell(message: string, bad = false): void {
  const toast = { id: next++, message, bad };
  change([...toasts, toast].slice(-4));
  setTimeout(() => change(toasts.filter((one) => one !== toast)), bad ? 9000 : 4000);
}

export function tellError(error: unknown): void {
  const hint = error instanceof ApiError && error.hint ? ` – ${error.hint}` : "";
  tell(`${error instanceof Error ? error.message : String(error)}${hint}`, true);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed right-3 bottom-3 z-50 flex w-[min(26rem,calc(100vw-1.5rem))] flex-col gap-2"
    >
      {shown.map((toast) => (
        <div
          key={toast.id}
          className={`pointer-events-auto rounded-md border bg-raised px-3 py-2 break-words shadow-lg ${toast.bad ? "border-bad text-bad" : "border-line"}`}
        >
          {visible(toast.message)}
        </div>
      ))}
    </div>
  );
}

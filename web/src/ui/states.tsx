/** What is shown while something loads, when it is empty, and when it failed. */
import { CircleAlert, Inbox } from "lucide-react";
import { Component, type ReactNode } from "react";
import { ApiError } from "@/api/client";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Button } from "./button";

export function Loading({ label = text.loading }: { label?: string }) {
  return (
    <div role="status" className="flex items-center gap-2 p-6 text-muted">
      <span
        aria-hidden
        className="turning size-4 rounded-full border-2 border-line border-t-accent"
      />
      {label}…
    </div>
  );
}

interface EmptyProps {
  title: string;
  /** It is all that the page says. */
  whole?: boolean;
  hint?: ReactNode;
  action?: ReactNode;
}

export function Empty({ title, hint, action, whole = false }: EmptyProps) {
  const Title = whole ? "h1" : "p";
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-14 text-center">
      <Inbox aria-hidden size={28} strokeWidth={1.5} className="text-faint" />
      <Title className="text-base font-medium">{title}</Title>
      {hint && <div className="text-muted">{hint}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const known = error instanceof ApiError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div
      role="alert"
      className="m-4 flex max-w-2xl gap-3 rounded-md border border-bad bg-bad-soft p-3"
    >
      <CircleAlert aria-hidden size={18} className="mt-0.5 shrink-0 text-bad" />
      <div className="min-w-0">
        <p className="font-medium break-words">
          {known?.code && <code className="mr-2 text-xs">{known.code}</code>}
          {visible(message)}
        </p>
        {known?.hint && <p className="mt-1 break-words text-muted">{visible(known.hint)}</p>}
        {again && (
          <Button className="mt-2" onClick={again}>
            {text.tryAgain}
          </Button>
        )}
      </div>
    </div>
  );
}

interface GuardState {
  error: unknown;
}

/** Keeps a failure of one part of the page from taking the rest with it. */
export class Guard extends Component<{ children: ReactNode }, GuardState> {
  override state: GuardState = { error: null };

  static getDerivedStateFromError(error: unknown): GuardState {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error !== null) {
      return <Failed error={this.state.error} again={() => this.setState({ error: null })} />;
    }
    return this.props.children;
  }
}

/** A dialog around a form: what is filled in, why it was refused, and the button that sends it. */
import { type ReactNode, useId } from "react";
import { text } from "@/text/en";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Failed } from "./states";

interface Props {
  title: string;
  /** What the button says. */
  action: string;
  /** Whether enough is filled in to be sent. */
  ready: boolean;
  busy: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  /** Leaves it to the server to judge what is filled in. */
  noValidate?: boolean;
  columns?: boolean;
  children: ReactNode;
}

export function FormDialog({
  title,
  action,
  ready,
  busy,
  error,
  onSubmit,
  onClose,
  noValidate,
  columns = false,
  children,
}: Props) {
  const id = useId();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" form={id} tone="primary" disabled={!ready || busy}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate={noValidate}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
        className={columns ? "grid gap-3 sm:grid-cols-2" : "flex flex-col gap-3"}
      >
        {children}
        {error !== null && (
          <div className={columns ? "sm:col-span-2" : undefined}>
            <Failed error={error} />
          </div>
        )}
      </form>
    </Dialog>
  );
}

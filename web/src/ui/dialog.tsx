/** A modal dialog: the browser's own, which holds the focus and closes with Escape. */
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { text } from "@/text/en";
import { Button, IconButton, type Tone } from "./button";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, footer, wide = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className={`max-h-[90dvh] w-[calc(100vw-2rem)] overflow-hidden rounded-lg border border-line bg-raised p-0 shadow-2xl ${wide ? "max-w-3xl" : "max-w-md"}`}
    >
      <div className="flex max-h-[90dvh] flex-col">
        <header className="flex items-center justify-between gap-2 border-b border-line py-2 pr-2 pl-4">
          <h2 id={heading} className="text-base font-semibold">
            {title}
          </h2>
          <IconButton label={text.close} onClick={onClose}>
            <X aria-hidden size={16} />
          </IconButton>
        </header>
        <div className="min-h-0 overflow-auto p-4">{children}</div>
        {footer && (
          <footer className="flex justify-end gap-2 border-t border-line px-4 py-3">
            {footer}
          </footer>
        )}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  hint: string;
  action: string;
  tone?: Tone;
  onConfirm: () => void;
  onClose: () => void;
}

export function Confirm({
  title,
  hint,
  action,
  tone = "danger",
  onConfirm,
  onClose,
}: ConfirmProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button
            tone={tone}
            onClick={() => {
              onConfirm();
              onClose();
            }}
          >
            {action}
          </Button>
        </>
      }
    >
      <p className="text-muted">{hint}</p>
    </Dialog>
  );
}

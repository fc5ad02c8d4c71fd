/** A secret that is shown this once. */
import { placeText } from "@/text/en-places";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/fields";
import { Copy } from "@/ui/texts";

interface Props {
  title: string;
  hint: string;
  label: string;
  secret: string;
  onClose: () => void;
}

export function ShownOnce({ title, hint, label, secret, onClose }: Props) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <Button tone="primary" onClick={onClose}>
          {placeText.settings.tokens.shownOnce}
        </Button>
      }
    >
      <p className="mb-3 text-muted">{hint}</p>
      <div className="flex items-end gap-1">
        <div className="grow">
          <Field label={label}>
            {(ids) => (
              <textarea
                {...ids}
                readOnly
                rows={2}
                spellCheck={false}
                className="control h-auto! w-full resize-none bg-sunken! py-1.5 font-mono text-xs! break-all"
                value={secret}
                onFocus={(event) => event.target.select()}
              />
            )}
          </Field>
        </div>
        <Copy of={secret} />
      </div>
    </Dialog>
  );
}

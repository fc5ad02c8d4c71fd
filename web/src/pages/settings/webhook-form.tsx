/** Make or change a webhook. */
import { useState } from "react";
import { patch, post } from "@/api/client";
import type { Format, Webhook } from "@/api/settings";
import { useNamespace } from "@/shell/namespace";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { AreaField, CheckField, ChoiceField, TextField } from "@/ui/fields";
import { FormDialog } from "@/ui/form-dialog";

const words = placeText.settings.webhooks;
const STATES = ["running", "succeeded", "failed", "canceled"] as const;
const FORMATS: readonly Format[] = ["generic", "slack", "email"];

interface Props {
  of?: Webhook;
  onClose: () => void;
  /** Called with the secret of a new one, which is null when its messages are not signed. */
  onMade: (secret: string | null) => void;
}

export function WebhookForm({ of, onClose, onMade }: Props) {
  const namespace = useNamespace();
  const [name, setName] = useState(of?.name ?? "");
  const [format, setFormat] = useState<Format>(of?.format ?? "generic");
  // The address of a chat is a secret and not shown whole: it stays unless another is typed.
  const isHidden = of?.format === "slack";
  const [url, setUrl] = useState(isHidden ? "" : (of?.url ?? ""));
  const [states, setStates] = useState<readonly string[]>(of?.states ?? []);
  const [pipelines, setPipelines] = useState((of?.pipelines ?? []).join("\n"));
  const save = useAct({
    act: async () => {
      const body = {
        name: name.trim(),
        url: url.trim() || undefined,
        states,
        pipelines: pipelines
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
      };
      if (of) {
        await patch(`/webhooks/${encodeURIComponent(of.id)}`, body);
        return null;
      }
      const made = await post<{ secret?: string | null }>("/webhooks", {
        ...body,
        format,
        namespace,
      });
      return made.secret ?? null;
    },
    changes: ["webhooks"],
    shows: true,
    done: placeText.saved,
    after: onMade,
  });
  const isReady = name.trim() !== "" && (url.trim() !== "" || isHidden);
  return (
    <FormDialog
      title={of ? words.editTitle : words.createTitle}
      action={of ? text.save : placeText.create}
      ready={isReady}
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
      noValidate
    >
      <TextField label={placeText.name} required value={name} onChange={setName} />
      {!of && (
        <ChoiceField
          label={words.format}
          value={format}
          options={FORMATS.map((one) => [one, words.formats[one]])}
          onChange={setFormat}
        />
      )}
      <TextField
        label={words.url}
        required={!isHidden}
        type="url"
        placeholder={isHidden ? of.url : undefined}
        help={words.urlHelp[format]}
        value={url}
        onChange={setUrl}
      />
      <fieldset>
        <legend className="mb-1 text-xs text-muted">{words.states}</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {STATES.map((state) => (
            <CheckField
              key={state}
              label={text.states[state]}
              checked={states.includes(state)}
              onChange={(checked) =>
                setStates(checked ? [...states, state] : states.filter((one) => one !== state))
              }
            />
          ))}
        </div>
        {states.length === 0 && <p className="mt-1 text-xs text-muted">{words.everyEnd}</p>}
      </fieldset>
      <AreaField
        label={words.pipelines}
        help={words.pipelinesHelp}
        rows={2}
        value={pipelines}
        onChange={setPipelines}
      />
    </FormDialog>
  );
}

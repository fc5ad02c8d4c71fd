/** Make an experiment, or say something else of one. */
import { useState } from "react";
import { patch, post } from "@/api/client";
import type { Experiment } from "@/api/types";
import { useNamespace } from "@/shell/namespace";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { AreaField, TextField } from "@/ui/fields";
import { FormDialog } from "@/ui/form-dialog";

const words = placeText.experiments;
const CHANGES = ["experiments", "experiment"];

export function NewExperiment({ onClose }: { onClose: () => void }) {
  const namespace = useNamespace();
  const create = useAct({
    act: (given: Given) => post<Experiment>("/experiments", { ...given, namespace }),
    changes: CHANGES,
    shows: true,
    after: onClose,
  });
  return (
    <Form
      title={words.createTitle}
      action={placeText.create}
      first={{ name: "", description: "" }}
      error={create.error}
      busy={create.isPending}
      onSubmit={(given) => create.mutate(given)}
      onClose={onClose}
    />
  );
}

export function EditExperiment({ of, onClose }: { of: Experiment; onClose: () => void }) {
  const save = useAct({
    act: ({ name, description }: Given) =>
      patch<Experiment>(`/experiments/${encodeURIComponent(of.id)}`, {
        display_name: name,
        description,
      }),
    changes: CHANGES,
    shows: true,
    done: placeText.saved,
    after: onClose,
  });
  return (
    <Form
      title={placeText.edit}
      action={text.save}
      first={{ name: of.display_name || of.name, description: of.description ?? "" }}
      error={save.error}
      busy={save.isPending}
      onSubmit={(given) => save.mutate(given)}
      onClose={onClose}
    />
  );
}

interface Given {
  name: string;
  description: string;
}

interface FormProps {
  title: string;
  action: string;
  first: Given;
  error: unknown;
  busy: boolean;
  onSubmit: (given: Given) => void;
  onClose: () => void;
}

function Form({ title, action, first, error, busy, onSubmit, onClose }: FormProps) {
  const [name, setName] = useState(first.name);
  const [description, setDescription] = useState(first.description);
  return (
    <FormDialog
      title={title}
      action={action}
      ready={name.trim() !== ""}
      busy={busy}
      error={error}
      onSubmit={() => onSubmit({ name: name.trim(), description })}
      onClose={onClose}
    >
      <TextField
        label={placeText.name}
        help={words.nameHelp}
        required
        value={name}
        onChange={setName}
      />
      <AreaField label={placeText.description} value={description} onChange={setDescription} />
    </FormDialog>
  );
}

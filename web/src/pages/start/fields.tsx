/** A field for each input of a pipeline, by its type. */
import { RotateCcw } from "lucide-react";
import type { InputSpec, Json } from "@/api/types";
import { value } from "@/format/amounts";
import { visible } from "@/format/safety";
import { parameterType } from "@/format/types";
import { text } from "@/text/en";
import { IconButton } from "@/ui/button";
import { isJson, isRequired, type Typed, written } from "./inputs";

const words = text.start;

interface Props {
  inputs: readonly InputSpec[];
  typed: Typed;
  problems: Readonly<Record<string, string>>;
  onChange: (name: string, typed: string | undefined) => void;
}

export function InputFields({ inputs, typed, problems, onChange }: Props) {
  const shown = inputs.filter((input) => !input.artifact);
  if (shown.length === 0) {
    return <p className="text-muted">{words.noInputs}</p>;
  }
  return (
    <div className="flex flex-col gap-4">
      {shown.map((input) => (
        <Field
          key={input.name}
          input={input}
          typed={typed[input.name]}
          problem={problems[input.name]}
          onChange={(to) => onChange(input.name, to)}
        />
      ))}
      {shown.length < inputs.length && <p className="text-xs text-muted">{words.artifactInput}</p>}
    </div>
  );
}

interface FieldProps {
  input: InputSpec;
  typed: string | undefined;
  problem: string | undefined;
  onChange: (typed: string | undefined) => void;
}

function Field({ input, typed, problem, onChange }: FieldProps) {
  const id = `input-${input.name}`;
  const fallback = input.has_default ? written(input, input.default ?? null) : undefined;
  const changed = typed !== fallback;
  return (
    <div>
      <div className="mb-1 flex flex-wrap items-baseline gap-x-2">
        <label htmlFor={id} className="font-mono text-xs font-medium">
          {visible(input.name)}
          {isRequired(input) && (
            <span aria-hidden className="text-bad">
              {" "}
              *
            </span>
          )}
        </label>
        <span className="text-2xs text-muted">{parameterType(input.type)}</span>
        {input.has_default && (
          <span className="max-w-full truncate text-2xs text-muted">
            {visible(words.default(value(input.default)))}
          </span>
        )}
      </div>
      <div className="flex items-start gap-1">
        <Control id={id} input={input} typed={typed} problem={problem} onChange={onChange} />
        {changed && !isRequired(input) && (
          <IconButton label={words.useDefault} onClick={() => onChange(fallback)}>
            <RotateCcw aria-hidden size={13} />
          </IconButton>
        )}
      </div>
      {input.description && <p className="mt-1 text-xs text-muted">{visible(input.description)}</p>}
      {problem && (
        <p id={`${id}-problem`} className="mt-1 text-xs text-bad">
          {problem}
        </p>
      )}
    </div>
  );
}

function Control({ id, input, typed, problem, onChange }: FieldProps & { id: string }) {
  const common = {
    id,
    required: isRequired(input),
    "aria-invalid": problem !== undefined,
    "aria-describedby": problem ? `${id}-problem` : undefined,
  };
  const options = input.literals?.length
    ? input.literals
    : input.type === "BOOLEAN"
      ? [true, false]
      : null;
  if (options) {
    return (
      <select
        {...common}
        className="control min-w-40"
        value={typed ?? ""}
        onChange={(event) => onChange(event.target.value || undefined)}
      >
        <option value="">{isRequired(input) ? "" : words.unset}</option>
        {options.map((one: Json) => {
          const option = written(input, one);
          return (
            <option key={option} value={option}>
              {visible(option)}
            </option>
          );
        })}
      </select>
    );
  }
  if (isJson(input)) {
    return (
      <textarea
        {...common}
        rows={Math.min(12, Math.max(3, (typed ?? "").split("\n").length))}
        spellCheck={false}
        className="control h-auto! w-full max-w-2xl py-1.5 font-mono text-xs!"
        value={typed ?? ""}
        onChange={(event) => onChange(event.target.value || undefined)}
      />
    );
  }
  const isNumber = input.type.startsWith("NUMBER");
  return (
    <input
      {...common}
      inputMode={isNumber ? "decimal" : "text"}
      autoComplete="off"
      className="control w-full max-w-md"
      value={typed ?? ""}
      onChange={(event) =>
        onChange(
          event.target.value === "" && input.type !== "STRING" ? undefined : event.target.value,
        )
      }
    />
  );
}

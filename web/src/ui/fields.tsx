/** Fields of forms: a label, what is filled in, what it is for, and what is wrong with it. */
import { type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  help?: ReactNode;
  problem?: string | null;
  className?: string;
  children: (ids: FieldIds) => ReactNode;
}

export interface FieldIds {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
}

export function Field({ label, help, problem, className = "", children }: FieldProps) {
  const id = useId();
  const described = [help ? `${id}-help` : "", problem ? `${id}-problem` : ""].filter(Boolean);
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-xs text-muted">
        {label}
      </label>
      {children({
        id,
        "aria-describedby": described.length > 0 ? described.join(" ") : undefined,
        "aria-invalid": Boolean(problem),
      })}
      {help && (
        <p id={`${id}-help`} className="text-xs text-muted">
          {help}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} className="text-xs text-bad">
          {problem}
        </p>
      )}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help?: ReactNode;
  problem?: string | null;
  type?: "text" | "number" | "time" | "datetime-local" | "url";
  placeholder?: string;
  list?: string;
  min?: number;
  max?: number;
  required?: boolean;
  code?: boolean;
  className?: string;
}

export function TextField({
  label,
  value,
  onChange,
  help,
  problem,
  className,
  code,
  ...rest
}: TextProps) {
  return (
    <Field label={label} help={help} problem={problem} className={className}>
      {(ids) => (
        <input
          {...ids}
          {...rest}
          autoComplete="off"
          spellCheck={false}
          className={`control w-full ${code ? "font-mono" : ""}`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface AreaProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help?: ReactNode;
  rows?: number;
}

export function AreaField({ label, value, onChange, help, rows = 3 }: AreaProps) {
  return (
    <Field label={label} help={help}>
      {(ids) => (
        <textarea
          {...ids}
          rows={rows}
          spellCheck={false}
          className="control h-auto! w-full py-1.5"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
  help?: ReactNode;
  className?: string;
}

export function ChoiceField<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value, options, onChange, help, className } = props;
  return (
    <Field label={label} help={help} className={className}>
      {(ids) => (
        <select
          {...ids}
          className="control w-full"
          value={value}
          onChange={(event) => onChange(event.target.value as Value)}
        >
          {options.map(([one, title]) => (
            <option key={one} value={one}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function CheckField({ label, checked, onChange }: CheckProps) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        className="size-4 shrink-0 accent-accent"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

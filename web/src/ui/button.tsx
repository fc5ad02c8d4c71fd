/** Buttons, and links that look like them. */
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ComponentProps, ReactNode } from "react";

export type Tone = "plain" | "primary" | "danger" | "ghost";

const tones: Record<Tone, string> = {
  plain: "border border-line-strong bg-panel text-ink hover:bg-sunken",
  primary: "border border-transparent bg-accent text-on-accent hover:brightness-110",
  danger: "border border-bad bg-panel text-bad hover:bg-bad-soft",
  ghost: "border border-transparent text-muted hover:bg-sunken hover:text-ink",
};

const shape =
  "inline-flex h-[1.95rem] items-center justify-center gap-1.5 rounded-md px-2.5 text-[0.9286rem] font-medium whitespace-nowrap select-none disabled:opacity-55";

export function buttonLook(tone: Tone = "plain", extra = ""): string {
  return `${shape} ${tones[tone]} ${extra}`;
}

interface Props extends ComponentProps<"button"> {
  tone?: Tone;
}

export function Button({ tone = "plain", className = "", ...rest }: Props) {
  return <button type="button" className={buttonLook(tone, className)} {...rest} />;
}

interface IconProps extends ComponentProps<"button"> {
  label: string;
  tone?: Tone;
}

/** A button that shows an icon only; the label is its name and its tooltip. */
export function IconButton({ label, tone = "ghost", className = "", ...rest }: IconProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={buttonLook(tone, `w-[1.95rem] px-0! [&>svg]:shrink-0 ${className}`)}
      {...rest}
    />
  );
}

type ButtonLinkProps = LinkProps & {
  tone?: Tone;
  className?: string;
  onClick?: () => void;
  children: ReactNode;
};

export function ButtonLink({ tone = "plain", className = "", ...rest }: ButtonLinkProps) {
  return <Link className={buttonLook(tone, className)} {...rest} />;
}

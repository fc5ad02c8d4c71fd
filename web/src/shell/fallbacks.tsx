/** What stands in for a page that loads, failed, or is not there. */
import type { ErrorComponentProps } from "@tanstack/react-router";
import { text } from "@/text/en";
import { ButtonLink } from "@/ui/button";
import { Empty, Failed, Loading } from "@/ui/states";

export function PageLoading() {
  return <Loading />;
}

export function PageFailed({ error, reset }: ErrorComponentProps) {
  return <Failed error={error} again={reset} />;
}

export function NotFound() {
  return (
    <Empty
      whole
      title={text.notFound}
      hint={text.notFoundHint}
      action={<ButtonLink to="/runs">{text.run.all}</ButtonLink>}
    />
  );
}

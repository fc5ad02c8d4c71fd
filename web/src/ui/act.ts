/** Doing something on the server: lists that it changes are read anew, and what went wrong is told. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { tell, tellError } from "./toast";

interface Act<Given, Answer> {
  act: (given: Given) => Promise<Answer>;
  /** First parts of the keys of what is read anew. */
  changes: readonly string[];
  /** Said when it is done. */
  done?: string;
  after?: (answer: Answer, given: Given) => void;
  /** Whether whoever asks shows what went wrong, such as a dialog, which messages would be behind. */
  shows?: boolean;
}

export function useAct<Given = void, Answer = unknown>({
  act,
  changes,
  done,
  after,
  shows = false,
}: Act<Given, Answer>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer: Answer, given: Given) => {
      for (const key of changes) {
        void cache.invalidateQueries({ queryKey: [key] });
      }
      if (done) {
        tell(done);
      }
      after?.(answer, given);
    },
    onError: shows ? undefined : tellError,
  });
}

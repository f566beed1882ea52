/** What is said in passing: that something was copied or done. What a reader must not miss stands in the page, as a notice. */
export interface Toast {
  readonly title: string;
  readonly detail?: string | undefined;
  readonly look?: 'ok' | 'bad' | undefined;
}

type Listener = (toast: Toast) => void;

const waiting: Toast[] = [];
let listener: Listener | null = null;

/** Shows it for a few seconds, and says it to screen readers. */
export function toast(said: Toast): void {
  if (listener === null) waiting.push(said);
  else listener(said);
}

/** Takes what is said from now on, and what was said before anybody listened. For the one host of a page. */
export function listenToToasts(next: Listener): () => void {
  listener = next;
  for (const said of waiting.splice(0)) next(said);
  return () => {
    if (listener === next) listener = null;
  };
}

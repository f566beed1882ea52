import type { ReactElement } from 'react';

/** Three replicas that agree: the sign of the product. */
export function Mark({ className }: { readonly className?: string | undefined }): ReactElement {
  return (
    <svg viewBox="0 0 24 24" aria-hidden className={className} fill="none">
      <path d="M12 5.5 5.5 17h13z" className="stroke-accent" strokeWidth="1.75" strokeLinejoin="round" />
      <circle cx="12" cy="5.5" r="3.25" className="fill-accent" />
      <circle cx="5.5" cy="17.5" r="3.25" className="fill-surface stroke-accent" strokeWidth="1.75" />
      <circle cx="18.5" cy="17.5" r="3.25" className="fill-surface stroke-accent" strokeWidth="1.75" />
    </svg>
  );
}

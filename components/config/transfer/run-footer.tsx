'use client';

import type { ReactElement } from 'react';
import { useState } from 'react';
import { workText } from '../../catalogue/config-work.ts';
import { Button } from '../../ui/button.tsx';
import { DialogFooter } from '../../ui/dialog.tsx';
import type { RunState } from './run-state.ts';

export interface RunFooterProps {
  readonly state: RunState;
  readonly onStop: () => void;
  readonly onClose: () => void;
}

/** Below work that has begun: stop it while it runs, close it when it does not. */
export function RunFooter({ state, onStop, onClose }: RunFooterProps): ReactElement {
  const [stopping, setStopping] = useState(false);
  const running = state.kind === 'running';
  return (
    <DialogFooter>
      {running ? (
        <Button
          disabled={stopping}
          onClick={() => {
            setStopping(true);
            onStop();
          }}
        >
          {stopping ? workText.run.stopping : workText.run.stop}
        </Button>
      ) : (
        <Button look={state.kind === 'done' ? 'primary' : 'plain'} onClick={onClose}>
          {workText.run.close}
        </Button>
      )}
    </DialogFooter>
  );
}

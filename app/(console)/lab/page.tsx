import type { Metadata } from 'next';
import type { ReactElement } from 'react';
import { labText } from '../../../components/catalogue/lab.ts';
import { nodeHandle } from '../../_server/node-handle.ts';
import { LabPage } from './client.tsx';

export const metadata: Metadata = { title: labText.title };

/** The experiment runs in the browser; the cluster's status comes with the layout. */
export default function Page(): ReactElement {
  const { nodeId, settings } = nodeHandle();
  return <LabPage lab={settings.lab} via={nodeId} />;
}

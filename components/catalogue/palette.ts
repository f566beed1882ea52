/** The command palette, once it is open. */
export const paletteText = {
  placeholder: 'Go to a page, namespace or entry, or do something',
  nothing: 'Nothing fits. Try another word.',
  looking: 'Looking for entries',
  pages: 'Pages',
  namespaces: 'Namespaces',
  entries: 'Entries',
  actions: 'Actions',
  everywhere: 'Everywhere',
  newEntry: (namespace: string) => `New entry in ${namespace}`,
  searchAll: (query: string) => `Search keys and values for “${query}”`,
  theme: (theme: string) => `Theme: ${theme}`,
  times: (zone: string) => `Times: ${zone}`,
  mode: (mode: string) => `Read with: ${mode}`,
  node: (node: string) => `Let answer: ${node}`,
} as const;

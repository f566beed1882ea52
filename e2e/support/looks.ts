/**
 * Ways to look at a page in which it has to be usable by everybody. The phone is looked at in one theme: colours do not depend
 * on the width, and each look takes its time.
 */
export const LOOKS = [
  { theme: 'Light', viewport: { width: 1280, height: 800 } },
  { theme: 'Dark', viewport: { width: 1280, height: 800 } },
  { theme: 'Dark', viewport: { width: 390, height: 844 } },
] as const;

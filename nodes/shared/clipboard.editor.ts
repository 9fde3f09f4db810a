import type { RED as Editor } from "@node-red/editor-client";

/** With the value alone it copies without showing anything; the types want all of its arguments. */
type CopyText = (value: string) => boolean;

declare const RED: Editor & { readonly clipboard: { readonly copyText: CopyText } };

/** Puts a text on the clipboard; resolves to whether that worked. */
export async function copy(text: string): Promise<boolean> {
  try {
    // Browsers offer it to pages that came over TLS, or from this computer, only.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return RED.clipboard.copyText(text);
  }
}

import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import type { Language } from "../node-red/built-nodes";
import type { EditorForm } from "./editor-form";

/** A catalogue key that found no text, or a place in a text that found no value. */
export const UNTRANSLATED =
  /\b(?:form|settings|allowed|reasons|errors|error|status|statistics|test|model|request|typedField|palette|paletteLabel)\.[A-Za-z_]\w*(?:\.\w+)*|__(?!PWRD__)\w+?__/;
export const CHINESE = /\p{Script=Han}/u;

/** All that a form says, folded away or not: texts, placeholders, tooltips, labels for screen readers. */
async function said({ tray }: EditorForm): Promise<string> {
  const texts = await tray.locator("*").evaluateAll((elements) =>
    elements.flatMap((element) => [
      // Each by itself: a key must not stick to the text beside it.
      ...[...element.childNodes].map((node) => (node.nodeType === 3 ? node.nodeValue : "")),
      ...["placeholder", "title", "aria-label"].map((name) => element.getAttribute(name)),
    ]),
  );
  return texts.join("\n");
}

/** Keys that found no text: the editor leaves their place empty. */
async function wordless({ tray }: EditorForm): Promise<string[]> {
  return tray.locator("[data-i18n]").evaluateAll((elements) =>
    elements.flatMap((element) =>
      (element.getAttribute("data-i18n") ?? "").split(";").filter((key) => {
        const attribute = /^\[([\w-]+)\]/.exec(key)?.[1];
        const text =
          attribute === undefined ? element.textContent : element.getAttribute(attribute);
        return (text ?? "").trim() === "";
      }),
    ),
  );
}

/** Nothing that the form says is a key without text, or of the other language. */
export async function expectTranslated(form: EditorForm, language: Language): Promise<void> {
  deepEqual(await wordless(form), []);
  const text = await said(form);
  doesNotMatch(text, UNTRANSLATED);
  equal(CHINESE.test(text), language === "zh-CN", text);
}

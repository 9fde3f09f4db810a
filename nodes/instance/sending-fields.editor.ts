import { FIELDS } from "./endpoint-fields.editor";
import { onFormChange, textOf, updateText } from "../shared/form.editor";
import { isVariable, problemText } from "../shared/validation.editor";
import { isLoopback, REGIONS } from "../../src/protocol/endpoint";
import { regionOfHost, resolveApi } from "../../src/settings/api";
import type { FormNode } from "../shared/form.editor";
import type { ApiEndpoint } from "../../src/settings/api";

const REGION = "#node-config-input-region";
const ENDPOINT = "#node-config-input-apiEndpoint";
/** Offers the regions that are known; the field itself is shown for another one only. */
const CHOICE = "#aliyun-iot-instance-region";
const OTHER = "other";
const LINE = "#aliyun-iot-instance-api";
/** Port of the emulator's HTTP server, which answers the API. */
const EMULATOR_API = "http://127.0.0.1:5680";

/** Valid settings: who signs in does not change where commands go. */
const SIGNS_IN = { accessKeyId: "id", accessKeySecret: "secret" };

interface Line {
  readonly state: "ready" | "missing";
  readonly text: string;
}

function addressOf({ protocol, host, port }: ApiEndpoint): string {
  const isUsual = port === (protocol === "https:" ? 443 : 80);
  const authority = host.includes(":") ? `[${host}]` : host;
  return `${protocol}//${authority}${isUsual ? "" : `:${port}`}`;
}

/** Region and API endpoint of an instance, and a line that says where commands go. */
export class SendingFields {
  readonly #node: FormNode;

  constructor(node: FormNode) {
    this.#node = node;
    for (const { regionId } of REGIONS) {
      const name = node._(`form.regions.${regionId}`);
      $("<option>").val(regionId).text(`${name} – ${regionId}`).appendTo(CHOICE);
    }
    $("<option>").val(OTHER).text(node._("form.regionChoice.other")).appendTo(CHOICE);
    $(REGION).attr("aria-label", node._("form.otherRegion"));
    this.#choose(textOf(REGION));
    $(CHOICE).on("change", () => {
      const chosen = String($(CHOICE).val());
      $(REGION).toggle(chosen === OTHER);
      $(REGION)
        .val(chosen === OTHER ? "" : chosen)
        .trigger("change");
      if (chosen === OTHER) $(REGION).trigger("focus");
    });
    onFormChange(LINE, () => {
      this.#update();
    });
  }

  /** Shows a region as chosen, or in the field if it is not among the known. */
  #choose(region: string): void {
    const isKnown = region === "" || REGIONS.some(({ regionId }) => regionId === region);
    $(CHOICE).val(isKnown ? region : OTHER);
    $(REGION).toggle(!isKnown);
  }

  #update(): void {
    const host = textOf(FIELDS.host);
    const ofHost = regionOfHost(host);
    const none =
      ofHost === undefined
        ? this.#node._("form.regionChoice.none")
        : this.#node._("form.regionChoice.ofHost", { region: ofHost });
    updateText($(`${CHOICE} option[value=""]`), none);
    const { state, text } = this.#line(host);
    $(ENDPOINT).attr("placeholder", this.#usualEndpoint(host));
    $(LINE).attr("data-state", state);
    updateText($(LINE).find("span"), text);
  }

  /** What the API endpoint is while it is left empty; an example where nothing says so. */
  #usualEndpoint(host: string): string {
    if (isLoopback(host)) return EMULATOR_API;
    const region = textOf(REGION) || regionOfHost(host);
    return `https://iot.${region === undefined || isVariable(region) ? "…" : region}.aliyuncs.com`;
  }

  #line(host: string): Line {
    const [region, apiEndpoint] = [textOf(REGION), textOf(ENDPOINT)];
    const decisive = apiEndpoint === "" ? region : apiEndpoint;
    if (isVariable(decisive)) {
      const text = this.#node._("form.api.variable", { variable: decisive });
      return { state: "ready", text };
    }
    if (decisive === "" && regionOfHost(host) === undefined) {
      return { state: "missing", text: this.#node._("form.api.none") };
    }
    try {
      const { endpoint } = resolveApi({ ...SIGNS_IN, host, region, apiEndpoint });
      const address = addressOf(endpoint);
      return { state: "ready", text: this.#node._("form.api.ready", { address }) };
    } catch (error) {
      return { state: "missing", text: problemText(error, this.#node) };
    }
  }
}

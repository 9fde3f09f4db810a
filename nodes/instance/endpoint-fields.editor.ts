import { textOf } from "../shared/form.editor";
import { isVariable } from "../shared/validation.editor";
import { composeHost, parseEndpoint, REGIONS } from "../../src/protocol/endpoint";
import type { FormNode } from "../shared/form.editor";
import type { Endpoint } from "../../src/protocol/endpoint";

/** What the host is composed of: `legacy` of account and region; `other` was typed as a whole. */
export type Kind = "instance" | "legacy" | "other";

export const FIELDS = {
  kind: "#aliyun-iot-instance-kind",
  accountId: "#aliyun-iot-instance-account-id",
  regionId: "#aliyun-iot-instance-region-id",
  iotInstanceId: "#node-config-input-iotInstanceId",
  host: "#node-config-input-host",
  port: "#node-config-input-port",
} as const;

function parseAddress(address: string): Endpoint | undefined {
  try {
    return isVariable(address) ? undefined : parseEndpoint(address);
  } catch {
    return undefined;
  }
}

/** The instance ID that a host name contains, if there is one. */
export function instanceIdIn(host: string): string | undefined {
  return parseAddress(host)?.iotInstanceId;
}

function kindOf(host: string, iotInstanceId: string): Kind {
  if (host === "") return "instance";
  const { iotInstanceId: idInHost, accountId } = parseAddress(host) ?? {};
  if (idInHost !== undefined) return "instance";
  // The platform documents no instance ID for a legacy host: `other` shows both fields.
  return accountId !== undefined && iotInstanceId === "" ? "legacy" : "other";
}

/** The kind that is chosen in the form. */
export function chosenKind(): Kind {
  const kind = $(FIELDS.kind).val();
  return kind === "instance" || kind === "legacy" ? kind : "other";
}

/** The variable among the parts of the host. Only the runtime knows its value: nothing is composed. */
export function variableInParts(): string | undefined {
  const kind = chosenKind();
  if (kind === "other") return undefined;
  const part = textOf(kind === "instance" ? FIELDS.iotInstanceId : FIELDS.accountId);
  return isVariable(part) ? part : undefined;
}

/** Composes the host of the fields. Throws SettingError for the part that is wrong. */
export function composeFields(kind: "instance" | "legacy"): string {
  return composeHost(
    kind === "instance"
      ? { kind, iotInstanceId: textOf(FIELDS.iotInstanceId) }
      : { kind, accountId: textOf(FIELDS.accountId), regionId: textOf(FIELDS.regionId) },
  );
}

function setField(field: string, value: string | number): void {
  if ($(field).val() !== String(value)) $(field).val(value).trigger("change");
}

/** Keeps kind, parts and host consistent: the parts compose the host, and a host sets the parts. */
export class EndpointFields {
  #host = textOf(FIELDS.host);
  #iotInstanceId = textOf(FIELDS.iotInstanceId);
  /** What the choice of another kind has removed; it comes back with the former kind. */
  #removed = { iotInstanceId: "", host: "" };

  constructor(node: FormNode) {
    for (const { regionId, kinds } of REGIONS) {
      if (!kinds.includes("legacy")) continue;
      const name = node._(`form.regions.${regionId}`);
      $("<option>").val(regionId).text(`${name} – ${regionId}`).appendTo(FIELDS.regionId);
    }
    this.#showParts(parseAddress(this.#host));
    this.#showKind(kindOf(this.#host, this.#iotInstanceId));
    $(FIELDS.kind).on("change", () => {
      this.#chooseKind();
    });
    $(FIELDS.iotInstanceId).on("input change", () => {
      // The editor triggers "change" on every field when the form opens.
      if (textOf(FIELDS.iotInstanceId) === this.#iotInstanceId) return;
      this.#iotInstanceId = textOf(FIELDS.iotInstanceId);
      this.#compose();
    });
    $(FIELDS.accountId).on("input", () => {
      this.#compose();
    });
    $(FIELDS.regionId).on("change", () => {
      this.#compose();
    });
    $(FIELDS.host)
      .on("change", () => {
        this.#splitHost();
      })
      .on("paste", () => {
        // The field has the pasted text after this event only.
        setTimeout(() => {
          this.#splitHost();
        });
      });
  }

  #showKind(kind: Kind): void {
    $(FIELDS.kind).val(kind);
    $(".aliyun-iot-instance-part").each((_index, row) => {
      $(row).toggle((row.dataset["kinds"] ?? "").split(" ").includes(kind));
    });
  }

  #showParts({ accountId, regionId }: Partial<Endpoint> = {}): void {
    if (accountId === undefined || regionId === undefined) return;
    const options = $(FIELDS.regionId).find("option").toArray();
    // The region may be newer than our table.
    if (!options.some((option) => option.getAttribute("value") === regionId)) {
      $("<option>").val(regionId).text(regionId).appendTo(FIELDS.regionId);
    }
    $(FIELDS.accountId).val(accountId);
    $(FIELDS.regionId).val(regionId);
  }

  #chooseKind(): void {
    const kind = chosenKind();
    const iotInstanceId = textOf(FIELDS.iotInstanceId);
    if (kindOf(this.#host, iotInstanceId) === "other") this.#removed.host = this.#host;
    if (kind === "legacy") {
      this.#removed.iotInstanceId = iotInstanceId;
      this.#setInstanceId("");
    } else if (iotInstanceId === "") {
      this.#setInstanceId(this.#removed.iotInstanceId);
    }
    if (kind === "other" && this.#removed.host !== "") this.#setHost(this.#removed.host);
    this.#showKind(kind);
    this.#compose();
  }

  #setInstanceId(iotInstanceId: string): void {
    this.#iotInstanceId = iotInstanceId;
    setField(FIELDS.iotInstanceId, iotInstanceId);
  }

  #setHost(host: string): void {
    this.#host = host;
    setField(FIELDS.host, host);
  }

  #compose(): void {
    const kind = chosenKind();
    // A variable stays as the user typed it, whichever field it is in.
    if (kind === "other" || isVariable(this.#host) || variableInParts() !== undefined) return;
    try {
      this.#setHost(composeFields(kind));
    } catch {
      const { iotInstanceId, accountId } = parseAddress(this.#host) ?? {};
      // A host that was composed of the former parts is removed; one of another form was typed.
      if (iotInstanceId !== undefined || accountId !== undefined) this.#setHost("");
    }
  }

  /** Splits a host, or the whole address line of the console, into the fields. */
  #splitHost(): void {
    const given = textOf(FIELDS.host);
    if (given === this.#host) return;
    this.#host = given;
    this.#removed = { iotInstanceId: "", host: "" };
    const endpoint = parseAddress(given);
    const iotInstanceId = textOf(FIELDS.iotInstanceId);
    if (isVariable(given)) this.#showKind("other");
    if (endpoint === undefined) return; // the field's own validator says what is wrong
    this.#setHost(endpoint.host);
    if (endpoint.port !== undefined) setField(FIELDS.port, endpoint.port);
    if (!isVariable(iotInstanceId)) {
      if (endpoint.iotInstanceId !== undefined) this.#setInstanceId(endpoint.iotInstanceId);
      if (endpoint.accountId !== undefined) this.#setInstanceId("");
    }
    this.#showParts(endpoint);
    this.#showKind(kindOf(endpoint.host, textOf(FIELDS.iotInstanceId)));
  }
}

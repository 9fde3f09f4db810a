import { composeHost, parseEndpoint, REGIONS } from "../../src/protocol/endpoint";
import { isVariable, textOf } from "../shared/form.editor";
import type { Endpoint } from "../../src/protocol/endpoint";
import type { FormNode } from "../shared/form.editor";

/** What the host is made of: `legacy` of account and region, `other` of nothing that we know. */
export type Kind = "instance" | "legacy" | "other";

export const FIELDS = {
  kind: "#aliyun-iot-instance-kind",
  accountId: "#aliyun-iot-instance-account-id",
  regionId: "#aliyun-iot-instance-region-id",
  iotInstanceId: "#node-config-input-iotInstanceId",
  host: "#node-config-input-host",
  port: "#node-config-input-port",
} as const;

function parsed(address: string): Endpoint | undefined {
  try {
    return isVariable(address) ? undefined : parseEndpoint(address);
  } catch {
    return undefined;
  }
}

/** The instance ID that a host name contains, if it has that form. */
export function instanceIdIn(host: string): string | undefined {
  return parsed(host)?.iotInstanceId;
}

function kindOf(host: string, iotInstanceId: string): Kind {
  if (host === "") return "instance";
  const { iotInstanceId: named, accountId } = parsed(host) ?? {};
  if (named !== undefined) return "instance";
  // A legacy host with an instance ID is not as the platform documents it: both must be seen.
  return accountId !== undefined && iotInstanceId === "" ? "legacy" : "other";
}

/** The kind that is chosen in the form. */
export function chosenKind(): Kind {
  const kind = $(FIELDS.kind).val();
  return kind === "instance" || kind === "legacy" ? kind : "other";
}

/** The variable that keeps the host from being composed: only the runtime knows its value. */
export function composedOfVariable(): string | undefined {
  const kind = chosenKind();
  if (kind === "other") return undefined;
  const part = textOf(kind === "instance" ? FIELDS.iotInstanceId : FIELDS.accountId);
  return isVariable(part) ? part : undefined;
}

/** The host that the fields compose. Throws SettingError naming the part that is wrong. */
export function composed(kind: "instance" | "legacy"): string {
  return composeHost(
    kind === "instance"
      ? { kind, iotInstanceId: textOf(FIELDS.iotInstanceId) }
      : { kind, accountId: textOf(FIELDS.accountId), regionId: textOf(FIELDS.regionId) },
  );
}

function setField(field: string, value: string | number): void {
  if ($(field).val() !== String(value)) $(field).val(value).trigger("change");
}

/** Keeps kind, parts and host in step: the fields compose the host, and a host sets the fields. */
export class EndpointFields {
  #host = textOf(FIELDS.host);
  #iotInstanceId = textOf(FIELDS.iotInstanceId);
  /** What went when another kind was chosen, in case that was a mistake. */
  #setAside = { iotInstanceId: "", host: "" };

  constructor(node: FormNode) {
    for (const { regionId, kinds } of REGIONS) {
      if (!kinds.includes("legacy")) continue;
      const name = node._(`form.regions.${regionId}`);
      $("<option>").val(regionId).text(`${name} – ${regionId}`).appendTo(FIELDS.regionId);
    }
    this.#showParts(parsed(this.#host));
    this.#show(kindOf(this.#host, this.#iotInstanceId));
    $(FIELDS.kind).on("change", () => {
      this.#choose();
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
        this.#takeApart();
      })
      .on("paste", () => {
        // The field has the pasted text only after this event.
        setTimeout(() => {
          this.#takeApart();
        });
      });
  }

  #show(kind: Kind): void {
    $(FIELDS.kind).val(kind);
    $(".aliyun-iot-instance-part").each((_index, row) => {
      $(row).toggle((row.dataset["kinds"] ?? "").split(" ").includes(kind));
    });
  }

  #showParts({ accountId, regionId }: Partial<Endpoint> = {}): void {
    if (accountId === undefined || regionId === undefined) return;
    const options = $(FIELDS.regionId).find("option").toArray();
    // A region that the table does not know may be newer than it.
    if (!options.some((option) => option.getAttribute("value") === regionId)) {
      $("<option>").val(regionId).text(regionId).appendTo(FIELDS.regionId);
    }
    $(FIELDS.accountId).val(accountId);
    $(FIELDS.regionId).val(regionId);
  }

  #choose(): void {
    const kind = chosenKind();
    const iotInstanceId = textOf(FIELDS.iotInstanceId);
    if (kindOf(this.#host, iotInstanceId) === "other") this.#setAside.host = this.#host;
    if (kind === "legacy") {
      this.#setAside.iotInstanceId = iotInstanceId;
      this.#setInstanceId("");
    } else if (iotInstanceId === "") {
      this.#setInstanceId(this.#setAside.iotInstanceId);
    }
    if (kind === "other" && this.#setAside.host !== "") this.#setHost(this.#setAside.host);
    this.#show(kind);
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
    // A variable is the user's, whichever field it stands in.
    if (kind === "other" || isVariable(this.#host) || composedOfVariable() !== undefined) return;
    try {
      this.#setHost(composed(kind));
    } catch {
      const { iotInstanceId, accountId } = parsed(this.#host) ?? {};
      // What was composed of other parts goes with them; a host of another form was typed.
      if (iotInstanceId !== undefined || accountId !== undefined) this.#setHost("");
    }
  }

  /** Takes a host, or the console's whole address line, apart into the fields that it tells. */
  #takeApart(): void {
    const given = textOf(FIELDS.host);
    if (given === this.#host) return;
    this.#host = given;
    this.#setAside = { iotInstanceId: "", host: "" };
    const endpoint = parsed(given);
    const iotInstanceId = textOf(FIELDS.iotInstanceId);
    if (isVariable(given)) this.#show("other");
    if (endpoint === undefined) return; // the field's own validator says what is wrong with it
    this.#setHost(endpoint.host);
    if (endpoint.port !== undefined) setField(FIELDS.port, endpoint.port);
    if (!isVariable(iotInstanceId)) {
      if (endpoint.iotInstanceId !== undefined) this.#setInstanceId(endpoint.iotInstanceId);
      if (endpoint.accountId !== undefined) this.#setInstanceId("");
    }
    this.#showParts(endpoint);
    this.#show(kindOf(endpoint.host, textOf(FIELDS.iotInstanceId)));
  }
}

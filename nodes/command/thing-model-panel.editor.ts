import { propertyEntry, serviceEntry } from "./thing-model-texts.editor";
import { ThingModelView } from "./thing-model-view.editor";
import { language, onFormChange } from "../shared/form.editor";
import { refusalText } from "../shared/refusal.editor";
import { parseDevice } from "../../src/protocol/command";
import { isJsonObject } from "../../src/protocol/json";
import { parseThingModel } from "../../src/protocol/thing-model";
import { skeletonOf, withValue } from "../../src/protocol/value-skeleton";
import type { FormNode } from "../shared/form.editor";
import type { TypedField } from "../shared/typed-field.editor";
import type { CommandAction } from "../../src/protocol/command";
import type { ThingModel } from "../../src/protocol/thing-model";
import type { Stored } from "../../src/settings/read";

const URL = "aliyun-iot/thing-model";

/** The form around the panel. */
interface PanelForm {
  readonly container: string;
  readonly device: TypedField;
  readonly identifier: TypedField;
  readonly data: TypedField;
  action(): CommandAction | undefined;
  /** Settings of the selected instance; undefined if none is selected. */
  instance(): Stored | undefined;
}

interface LoadedModel {
  readonly productKey: string;
  readonly model: ThingModel;
}

/** Whose model the platform is asked for, and as whom. */
interface Asked {
  readonly productKey: string;
  readonly instance: Stored | undefined;
}

/** Offers a product's writable properties and services, once a button asks for them. */
export class ThingModelPanel {
  readonly #node: FormNode;
  readonly #form: PanelForm;
  readonly #view: ThingModelView;
  #request: JQuery.jqXHR | undefined;
  #loaded: LoadedModel | undefined;
  #shownFor: CommandAction | undefined;
  /** What was asked for, as text, until the form asks for something else. */
  #asked: string | undefined;

  constructor(node: FormNode, form: PanelForm) {
    this.#node = node;
    this.#form = form;
    this.#view = new ThingModelView(node, $(form.container), () => {
      this.#load();
    });
    onFormChange(form.container, () => {
      this.#view.askForKey(this.#typedProduct() === undefined);
      this.#dropStale();
      if (this.#shownFor !== form.action()) this.#show();
    });
  }

  /** To be called when the form closes. */
  stop(): void {
    this.#request?.abort();
  }

  #typedProduct(): string | undefined {
    const { type, value } = this.#form.device;
    return type === "str" ? parseDevice(value)?.productKey : undefined;
  }

  #current(): Asked {
    const productKey = this.#typedProduct() ?? this.#view.productKey;
    return { productKey, instance: this.#form.instance() };
  }

  /** A model is that of one product, read with the settings of one instance. */
  #dropStale(): void {
    if (this.#asked === undefined || this.#asked === JSON.stringify(this.#current())) return;
    this.#asked = undefined;
    this.#loaded = undefined;
    this.stop();
    this.#view.showStale();
  }

  #fail(text: string): void {
    this.#view.tell(text, "failed");
  }

  #load(): void {
    const { productKey, instance } = this.#current();
    if (this.#request !== undefined) return;
    if (instance === undefined) this.#fail(this.#node._("model.instanceMissing"));
    else if (productKey === "") this.#fail(this.#node._("model.keyMissing"));
    else this.#ask(productKey, instance);
  }

  #ask(productKey: string, instance: Stored): void {
    this.#loaded = undefined;
    this.#asked = JSON.stringify({ productKey, instance });
    this.#view.showLoading();
    // In the body, because URLs are logged.
    const request = $.ajax({
      url: URL,
      type: "POST",
      contentType: "application/json",
      dataType: "json",
      data: JSON.stringify({ language: language(), instance, productKey }),
    });
    this.#request = request;
    request.then(
      (answer: unknown) => {
        this.#request = undefined;
        this.#receive(productKey, answer);
      },
      () => {
        this.#request = undefined;
        if (request.statusText !== "abort") this.#fail(refusalText(this.#node, request));
      },
    );
  }

  #receive(productKey: string, answer: unknown): void {
    const { thingModel, problem } = isJsonObject(answer) ? answer : {};
    const model = typeof thingModel === "string" ? parseThingModel(thingModel) : undefined;
    if (model === undefined) {
      this.#fail(typeof problem === "string" ? problem : this.#node._("model.unreadable"));
      return;
    }
    this.#loaded = { productKey, model };
    this.#show();
  }

  #show(): void {
    this.#shownFor = this.#form.action();
    if (this.#loaded === undefined) return;
    if (this.#shownFor === "invoke-service") this.#showServices(this.#loaded);
    else this.#showProperties(this.#loaded);
  }

  #showProperties({ productKey, model }: LoadedModel): void {
    const properties = model.properties.filter(({ rwFlag }) => rwFlag !== "READ_ONLY");
    const key = properties.length > 0 ? "model.properties" : "model.noProperties";
    const entries = properties.map((property) => propertyEntry(this.#node, property));
    this.#view.list(this.#node._(key, { productKey }), entries, (index) => {
      const property = properties[index];
      if (property === undefined) return;
      const { data } = this.#form;
      data.set("json", withValue(data.type === "json" ? data.value : "", property));
      this.#view.tell(this.#node._("model.filledData", { name: property.name }), "passed");
    });
  }

  #showServices({ productKey, model: { services } }: LoadedModel): void {
    const key = services.length > 0 ? "model.services" : "model.noServices";
    const entries = services.map((service) => serviceEntry(this.#node, service));
    this.#view.list(this.#node._(key, { productKey }), entries, (index) => {
      const service = services[index];
      if (service === undefined) return;
      this.#form.identifier.set("str", service.identifier);
      this.#form.data.set("json", skeletonOf(service.inputParams));
      this.#view.tell(this.#node._("model.filledService", { name: service.name }), "passed");
    });
  }
}

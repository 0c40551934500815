"""A real Vendure: installed once by npm, started on a database of its own, filled by its interfaces."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT
from tests.support.waiting import until

PACKAGES = ("@vendure/core@3.7", "sql.js@1")
HOME = Path(os.environ.get("REORDER_VENDURE") or ROOT / ".vendure")
"""Where it is installed."""

USER, PASSWORD = "superadmin", "not-a-secret-7Vd"
SERVER = """
process.env.VENDURE_DISABLE_TELEMETRY = 'true';
const v = require('@vendure/core');
v.bootstrap({
  apiOptions: { port: +process.env.PORT, hostname: '127.0.0.1' },
  authOptions: { tokenMethod: ['bearer'], requireVerification: false,
    superadminCredentials: { identifier: process.env.SHOP_USER, password: process.env.SHOP_PASSWORD } },
  dbConnectionOptions: { type: 'sqljs', location: process.env.SHOP_FILE, autoSave: true, synchronize: true },
  customFields: {
    ProductVariant: [{ name: 'availabilityText', type: 'localeString', public: true },
      { name: 'nextArrival', type: 'datetime', public: true, nullable: true }],
    Order: [{ name: 'eta', type: 'datetime', public: true, nullable: true }],
  },
  paymentOptions: { paymentMethodHandlers: [v.dummyPaymentHandler] },
  logger: new v.DefaultLogger({ level: v.LogLevel.Error }),
  plugins: [v.DefaultJobQueuePlugin.init({})],
}).then(app => app.get(v.JobQueueService).start());
"""


def why_not() -> str | None:
    """Why it cannot be started here; None: it can."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "a real Vendure is not served here: Node and npm are not installed"
    if (HOME / "installed").exists():
        return None
    HOME.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"a real Vendure is not served here: npm says {done.stderr.strip()[-300:]}"
    (HOME / "installed").touch()
    return None


@dataclass
class Vendure:
    """A shop. What it is asked goes to its admin API, unless the shop's is named."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.folder / "server.js").write_text(SERVER)
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "SHOP_USER": USER,
            "SHOP_PASSWORD": PASSWORD,
            "SHOP_FILE": str(self.folder / "shop.sqljs"),
            "NODE_PATH": str(HOME / "node_modules"),
        }
        with (self.folder / "server.log").open("ab") as log:
            command = ["node", str(self.folder / "server.js")]
            self.process = subprocess.Popen(command, env=environment, cwd=HOME, stdout=log, stderr=log)
        until(lambda: self._answers() or self.process.poll() is not None, 180)
        if self.process.poll() is None and self._answers():
            return
        raise TimeoutError((self.folder / "server.log").read_text()[-2_000:])

    def _answers(self) -> bool:
        try:
            self.ask("query { __typename }")
        except OSError:
            return False
        return True

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ask(self, query: str, variables: dict | None = None, api: str = "admin-api") -> Any:
        headers = {"Content-Type": "application/json"}
        if api in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[api]}"
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(f"{self.url}/{api}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                said, token = json.loads(answer.read()), answer.headers.get("vendure-auth-token")
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read()[:500]) from None
        if token:
            self.tokens[api] = token
        assert not said.get("errors"), said["errors"]
        return said["data"]

    # ---- What happens

    def open_shop(self, stock: dict[str, int]) -> None:
        """A country, a tax, a way to ship and to pay, and products that may be ordered beyond their stock."""
        self.ask(
            "mutation($u: String!, $p: String!) { login(username: $u, password: $p) { __typename } }",
            {"u": USER, "p": PASSWORD},
        )
        country = self.made("createCountry(input: {code: \"DE\", enabled: true, translations: "
                            "[{languageCode: en, name: \"Germany\"}]})")  # fmt: skip
        zone = self.made(f'createZone(input: {{name: "Europe", memberIds: ["{country}"]}})')
        channel = self.ask("query { activeChannel { id } }")["activeChannel"]["id"]
        self.ask(f'mutation {{ updateChannel(input: {{id: "{channel}", defaultTaxZoneId: "{zone}", '
                 f'defaultShippingZoneId: "{zone}"}}) {{ __typename }} }}')  # fmt: skip
        tax = self.made('createTaxCategory(input: {name: "usual"})')
        self.made(f'createTaxRate(input: {{name: "usual", enabled: true, value: 20, categoryId: "{tax}", '
                  f'zoneId: "{zone}"}})')  # fmt: skip
        self.made('createShippingMethod(input: {code: "post", fulfillmentHandler: "manual-fulfillment", '
                  'checker: {code: "default-shipping-eligibility-checker", arguments: '
                  '[{name: "orderMinimum", value: "0"}]}, calculator: {code: "default-shipping-calculator", '
                  'arguments: [{name: "rate", value: "500"}, {name: "includesTax", value: "auto"}, '
                  '{name: "taxRate", value: "20"}]}, translations: [{languageCode: en, name: "Post", '
                  'description: ""}]})')  # fmt: skip
        self.made('createPaymentMethod(input: {code: "dummy", enabled: true, handler: '
                  '{code: "dummy-payment-handler", arguments: [{name: "automaticSettle", value: "true"}]}, '
                  'translations: [{languageCode: en, name: "Dummy"}]})')  # fmt: skip
        for sku, units in stock.items():
            named = f'languageCode: en, name: "Item {sku}", slug: "{sku.lower()}", description: ""'
            product = self.made(f"createProduct(input: {{enabled: true, translations: [{{{named}}}]}})")
            self.ask(f'mutation {{ createProductVariants(input: [{{productId: "{product}", sku: "{sku}", '
                     f'price: 950, taxCategoryId: "{tax}", stockOnHand: {units}, trackInventory: TRUE, '
                     'outOfStockThreshold: -50, useGlobalOutOfStockThreshold: false, translations: '
                     f'[{{languageCode: en, name: "Item {sku}"}}]}}]) {{ id }} }}')  # fmt: skip

    def made(self, mutation: str) -> str:
        (answer,) = self.ask(f"mutation {{ {mutation} {{ ... on Node {{ id }} }} }}").values()
        return answer["id"]

    def variants(self) -> dict[str, str]:
        rows = self.ask("query { productVariants { items { id sku } } }")["productVariants"]["items"]
        return {row["sku"]: row["id"] for row in rows}

    def buy(self, wanted: dict[str, int], pay: bool = True) -> str:
        """A customer's order, by the shop's API; returns its code."""
        self.tokens.pop("shop-api", None)
        variants = self.variants()
        code = ""
        for sku, units in wanted.items():
            said = self.ask(
                f'mutation {{ addItemToOrder(productVariantId: "{variants[sku]}", quantity: {units}) '
                "{ __typename ... on Order { code } ... on ErrorResult { message } } }",
                api="shop-api",
            )["addItemToOrder"]
            assert said["__typename"] == "Order", said
            code = said["code"]
        if not pay:
            return code
        steps = (
            'setCustomerForOrder(input: {firstName: "Ann", lastName: "B", emailAddress: "ann@x.example"})',
            'setOrderShippingAddress(input: {streetLine1: "1 Road", countryCode: "DE"})',
        )
        for step in steps:
            self.ask(f"mutation {{ {step} {{ __typename }} }}", api="shop-api")
        ways = self.ask("query { eligibleShippingMethods { id } }", api="shop-api")["eligibleShippingMethods"]
        for step in (
            f'setOrderShippingMethod(shippingMethodId: ["{ways[0]["id"]}"])',
            'transitionOrderToState(state: "ArrangingPayment")',
            'addPaymentToOrder(input: {method: "dummy", metadata: {}})',
        ):
            (said,) = self.ask(
                f"mutation {{ {step} {{ __typename ... on ErrorResult {{ message }} }} }}", api="shop-api"
            ).values()
            assert said["__typename"] == "Order", said
        return code

    def ship(self, code: str, units: dict[str, int] | None = None) -> None:
        """Units of an order leave; all of them where none are named."""
        order = self.ask(
            "query($c: String!) { orders(options: {filter: {code: {eq: $c}}}) "
            "{ items { id lines { id quantity productVariant { sku } } } } }",
            {"c": code},
        )["orders"]["items"][0]
        lines = [
            {
                "orderLineId": line["id"],
                "quantity": (units or {}).get(line["productVariant"]["sku"], line["quantity"]),
            }
            for line in order["lines"]
        ]
        handler = {"code": "manual-fulfillment", "arguments": [{"name": "method", "value": "post"}]}
        said = self.ask(
            "mutation($i: FulfillOrderInput!) { addFulfillmentToOrder(input: $i) "
            "{ __typename ... on Fulfillment { id } ... on ErrorResult { message } } }",
            {"i": {"lines": lines, "handler": handler}},
        )["addFulfillmentToOrder"]
        assert said["__typename"] == "Fulfillment", said
        self.ask(
            'mutation($i: ID!) { transitionFulfillmentToState(id: $i, state: "Shipped") { __typename } }',
            {"i": said["id"]},
        )

    def cancel(self, code: str) -> None:
        order = self.ask(
            "query($c: String!) { orders(options: {filter: {code: {eq: $c}}}) { items { id } } }", {"c": code}
        )
        self.ask(
            "mutation($i: CancelOrderInput!) { cancelOrder(input: $i) { __typename } }",
            {"i": {"orderId": order["orders"]["items"][0]["id"]}},
        )

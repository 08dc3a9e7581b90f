"""
What an empty Tryton is filled with, over its JSON-RPC: a company with accounts, currencies, people; no opportunity.

Only what any client may do is done here; nothing is imported from Tryton.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from machine import ask

SALES_GROUPS = ("Sales", "Sale Opportunity", "Party Administration")
CHART = "Universal Chart of Accounts"


class RpcFailed(Exception):
    """Tryton answered with an error, or did not know us."""


class Rpc:
    """A session at one database."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.context: dict[str, Any] = {}
        self._header: dict[str, str] = {}

    def log_in(self, login: str, password: str) -> None:
        """Begin a session. Raises RpcFailed for a wrong password."""
        self._header = {}
        user, session, *_ = self._post("common.db.login", [login, {"password": password}, "en"])
        token = base64.b64encode(f"{login}:{user}:{session}".encode()).decode()
        self._header = {"Authorization": f"Session {token}"}

    def __call__(self, method: str, *params: Any) -> Any:
        """Call *method* of a model or wizard with the session's context; returns its result."""
        return self._post(method, [*params, self.context])

    def create(self, model: str, *values: Mapping[str, Any]) -> list[int]:
        """Create one record for each of *values*."""
        return list(self(f"model.{model}.create", list(values)))

    def ids(self, model: str, domain: Sequence[Any]) -> list[int]:
        """Return the ids of the records that *domain* finds."""
        return list(self(f"model.{model}.search", list(domain), 0, None, None))

    def _post(self, method: str, params: Sequence[Any]) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": list(params)}).encode()
        headers = {"Content-Type": "application/json", **self._header}
        status, text = ask(self.port, "/tryton/rpc/", body=body, headers=headers)
        if status != 200:
            raise RpcFailed(f"{method}: {status}")
        answer = json.loads(text)
        if "error" in answer:
            raise RpcFailed(f"{method}: {str(answer['error'])[:500]}")
        return answer["result"]


def decimal(text: str) -> dict[str, str]:
    """Return *text* as Tryton's JSON writes a decimal."""
    return {"__class__": "Decimal", "decimal": text}


def fill(rpc: Rpc, passwords: Mapping[str, str]) -> dict[str, int]:
    """Fill the database behind *rpc*, an administrator's session. Returns the ids that tests need, by name."""
    euro, rouble = _currencies(rpc)
    company = _company(rpc, currency=euro)
    expense, revenue = _accounts(rpc, company)
    at_once = {"name": "On receipt", "lines": [["create", [{"type": "remainder"}]]]}
    (term,) = rpc.create("account.invoice.payment_term", at_once)
    people = {
        "SALES": _employee(rpc, company, name="Sofia Sales", email="sofia@example.com"),
        "ENGINEER": _employee(rpc, company, name="Егор Щукин", email="shchukin@example.com"),
        "HUB": _employee(rpc, company, name="Case Hub", email="hub@example.com"),
    }
    users = {
        "SALES": _user(rpc, company, login="sales", password=passwords["sales"], employee=people["SALES"]),
        "HUB": _user(rpc, company, login="hub", password=passwords["hub"], employee=people["HUB"]),
    }
    (party,) = rpc.create("party.party", {"name": "ООО «Ромашка»", "addresses": [["create", [{"city": "Тверь"}]]]})
    return {
        "COMPANY_ID": company,
        "CURRENCY_ID": euro,
        "RUB_ID": rouble,
        "PAYMENT_TERM_ID": term,
        "PRODUCT_ID": _product(rpc, expense=expense, revenue=revenue),
        "PARTY_ID": party,
        "EMPLOYEE_ID": people["SALES"],
        **{f"EMPLOYEE_{name}_ID": number for name, number in people.items()},
        **{f"USER_{name}_ID": number for name, number in users.items()},
    }


def _currencies(rpc: Rpc) -> tuple[int, int]:
    day = {"__class__": "date", "year": 2026, "month": 1, "day": 1}

    def currency(name: str, code: str, rate: str) -> dict[str, Any]:
        rates = [["create", [{"date": day, "rate": decimal(rate)}]]]
        return {"name": name, "code": code, "symbol": code, "digits": 2, "rounding": decimal("0.01"), "rates": rates}

    euro, rouble = rpc.create("currency.currency", currency("Euro", "EUR", "1"), currency("Рубль", "RUB", "100"))
    return euro, rouble


def _company(rpc: Rpc, *, currency: int) -> int:
    (party,) = rpc.create("party.party", {"name": "Casehub Live Ltd"})
    (company,) = rpc.create("company.company", {"party": party, "currency": currency, "timezone": "Europe/Moscow"})
    (admin,) = rpc.ids("res.user", [["login", "=", "admin"]])
    rpc("model.res.user.write", [admin], {"companies": [["add", [company]]], "company": company})
    rpc.context = rpc("model.res.user.get_preferences", True)
    return company


def _accounts(rpc: Rpc, company: int) -> tuple[int, int]:
    """Make the chart of accounts with the wizard for it; without accounts no opportunity becomes a sale."""
    (template,) = rpc.ids("account.account.template", [["name", "=", CHART], ["parent", "=", None]])
    session, *_ = rpc("wizard.account.create_chart.create")
    forms: dict[str, Any] = {"account": {"company": company, "account_template": template}}
    rpc("wizard.account.create_chart.execute", session, forms, "create_account")

    def account(kind: str) -> int:
        domain = [["company", "=", company], [f"type.{kind}", "=", True], ["closed", "!=", True]]
        return rpc.ids("account.account", domain)[0]

    expense, revenue = account("expense"), account("revenue")
    forms["properties"] = {
        "company": company,
        "account_receivable": account("receivable"),
        "account_payable": account("payable"),
        "category_account_expense": expense,
        "category_account_revenue": revenue,
    }
    rpc("wizard.account.create_chart.execute", session, forms, "create_properties")
    rpc("wizard.account.create_chart.delete", session)
    return expense, revenue


def _employee(rpc: Rpc, company: int, *, name: str, email: str) -> int:
    mechanisms = [["create", [{"type": "email", "value": email}]]]
    (party,) = rpc.create("party.party", {"name": name, "contact_mechanisms": mechanisms})
    (employee,) = rpc.create("company.employee", {"party": party, "company": company})
    return employee


def _user(rpc: Rpc, company: int, *, login: str, password: str, employee: int) -> int:
    groups = rpc.ids("res.group", [["name", "in", list(SALES_GROUPS)]])
    values = {
        "name": login.title(),
        "login": login,
        "email": f"{login}@example.com",
        "password": password,
        "groups": [["add", groups]],
        "companies": [["add", [company]]],
        "company": company,
        "employees": [["add", [employee]]],
        "employee": employee,
    }
    (user,) = rpc.create("res.user", values)
    return user


def _product(rpc: Rpc, *, expense: int, revenue: int) -> int:
    accounting = {"name": "Services", "accounting": True, "account_expense": expense, "account_revenue": revenue}
    (category,) = rpc.create("product.category", accounting)
    (unit,) = rpc.ids("product.uom", [["name", "=", "Unit"]])
    values = {
        "name": "Licence",
        "default_uom": unit,
        "sale_uom": unit,
        "type": "service",
        "salable": True,
        "list_price": decimal("1000"),
        "account_category": category,
        "products": [["create", [{}]]],
    }
    (template,) = rpc.create("product.template", values)
    return rpc.ids("product.product", [["template", "=", template]])[0]

"""An item's page compares its suppliers, and shows what is asked of a second one."""

from __future__ import annotations

import pytest

from forecasting.reviewing.accounts import add_person
from forecasting.store.application.people import Person
from tests.forecasting.sending.test_second_suppliers import short
from tests.support.browser import PASSWORD
from tests.support.review import opened, write
from tests.support.supply import company, planned
from tests.support.web import Client


@pytest.fixture
def page_of(tmp_path):
    """The page of the item of a company's plan."""

    def shown(known) -> str:
        url = f"sqlite:///{tmp_path / 'app.db'}"
        write(url, planned(known, for_pages=True))
        store = opened(url)
        add_person(store, Person("ann", "buyer", None, True), PASSWORD)
        store.close()
        with Client(url) as client, client.person("ann") as ann:
            answer = ann.get("/item?sku=axe")
            assert answer.status_code == 200
            return answer.text

    return shown


def test_the_page_compares_the_suppliers_and_says_what_comes_from_the_second(page_of, tmp_path):
    page = page_of(short(tmp_path / "dataset"))
    assert "Suppliers compared" in page
    assert "for what cannot wait" in page and "are ordered from <b>north</b>" in page
    assert page.index(">far<") < page.index(">north<")


def test_an_item_of_one_supplier_has_no_such_section(page_of, tmp_path):
    assert "Suppliers compared" not in page_of(company(tmp_path / "dataset"))

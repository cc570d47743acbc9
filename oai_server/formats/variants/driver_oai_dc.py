"""oai_dc as the DRIVER Guidelines 2.0 want it: the words that OpenAIRE's guidelines took over from them."""

from __future__ import annotations

from dataclasses import replace

from oai_server.formats.variants.openaire_oai_dc import FORMAT as OPENAIRE

FORMAT = replace(OPENAIRE, variant="driver")

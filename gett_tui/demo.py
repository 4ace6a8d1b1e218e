"""The demo: the embedded simulated Gett with its stores already known, in a folder that is gone afterwards."""

from __future__ import annotations



"""The dashboard itself: the store list, the pipeline panel, the status line, and what each key does."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Input

from gett_tui import words
from gett_tui.errors import GettTuiError
from gett_tui.gett.errors import GettError, ProblemError
from gett_tui.onboarding import events
from gett_tui.onboarding.cache import DuplicateError
from gett_tui.onboarding.pipeline import Local, Status, look, why_not_activate, why_not_cancel
from gett_tui.onboarding.service import UnconfirmedError
from gett_tui.text import one_line
from gett_tui.ui import commands
from gett_tui.ui.screens.ask import AskScreen
from gett_tui.ui.screens.confirm import ConfirmScreen
from gett_tui.ui.screens.detail import DetailScreen
from gett_tui.ui.screens.help import HelpScreen
from gett_tui.ui.screens.register import Accepted, Refused, RegisterScreen
from gett_tui.ui.screens.settle import SettleScreen
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel
from gett_tui.ui.widgets.status_line import StatusLine, StatusView
from gett_tui.ui.widgets.store_list import StoreList


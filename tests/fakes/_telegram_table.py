"""The methods the product uses, as the Bot API describes them: parameters, types, required (*), limits.

Source: https://core.telegram.org/bots/api (10.1, read 2026-11-22), each row in its own words and order.
A limit is "low-high unit"; `characters` are UTF-16 units, `bytes` are UTF-8.
"""

import re
from dataclasses import dataclass

MARKUP = "InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply"

_SEND_HEAD = """
  business_connection_id String
  chat_id* Integer|String
  message_thread_id Integer
  direct_messages_topic_id Integer
"""
_SEND_TAIL = f"""
  disable_notification Boolean
  protect_content Boolean
  allow_paid_broadcast Boolean
  message_effect_id String
  suggested_post_parameters SuggestedPostParameters
  reply_parameters ReplyParameters
  reply_markup {MARKUP}
"""
_CAPTION = """
  caption String 0-1024 characters
  parse_mode String
  caption_entities Array of MessageEntity
"""
_TABLE = f"""
sendMessage Message
{_SEND_HEAD}
  text* String 1-4096 characters
  parse_mode String
  entities Array of MessageEntity
  link_preview_options LinkPreviewOptions
{_SEND_TAIL}
sendPhoto Message
{_SEND_HEAD}
  photo* InputFile|String
{_CAPTION}
  show_caption_above_media Boolean
  has_spoiler Boolean
{_SEND_TAIL}
sendDocument Message
{_SEND_HEAD}
  document* InputFile|String
  thumbnail InputFile|String
{_CAPTION}
  disable_content_type_detection Boolean
{_SEND_TAIL}
sendAudio Message
{_SEND_HEAD}
  audio* InputFile|String
{_CAPTION}
  duration Integer
  performer String
  title String
  thumbnail InputFile|String
{_SEND_TAIL}
sendChatAction Boolean
  business_connection_id String
  chat_id* Integer|String
  message_thread_id Integer
  action* String
answerCallbackQuery Boolean
  callback_query_id* String
  text String 0-200 characters
  show_alert Boolean
  url String
  cache_time Integer
setMyCommands Boolean
  commands* Array of BotCommand 0-100 items
  scope BotCommandScope
  language_code String
setWebhook Boolean
  url* String
  certificate InputFile
  ip_address String
  max_connections Integer 1-100 value
  allowed_updates Array of String
  drop_pending_updates Boolean
  secret_token String 1-256 characters
deleteWebhook Boolean
  drop_pending_updates Boolean
getWebhookInfo WebhookInfo
getMe User
getUpdates Array of Update
  offset Integer
  limit Integer 1-100 value
  timeout Integer
  allowed_updates Array of String
"""
_OBJECTS = """
InlineKeyboardMarkup
  inline_keyboard* Array of Array of InlineKeyboardButton
InlineKeyboardButton
  text* String
  icon_custom_emoji_id String
  style String
  url String
  callback_data String 1-64 bytes
  web_app WebAppInfo
  login_url LoginUrl
  switch_inline_query String
  switch_inline_query_current_chat String
  switch_inline_query_chosen_chat SwitchInlineQueryChosenChat
  copy_text CopyTextButton
  callback_game CallbackGame
  pay Boolean
BotCommand
  command* String 1-32 characters
  description* String 1-256 characters
"""
_ROW = re.compile(
    r"  (?P<name>\w+)(?P<star>\*?) (?P<types>.+?)"
    r"(?: (?P<low>\d+)-(?P<high>\d+) (?P<unit>characters|bytes|value|items))?"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long, how big or how many: both ends are allowed."""

    low: int
    high: int
    unit: str

    def holds(self, value: int | str | list[object]) -> bool:
        """Whether a value is within it, measured in its unit."""
        return self.low <= self._size(value) <= self.high

    def _size(self, value: int | str | list[object]) -> int:
        if isinstance(value, int):
            return value
        if isinstance(value, list):
            return len(value)
        return len(value.encode()) if self.unit == "bytes" else utf16(value)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of a method's table."""

    name: str
    types: tuple[str, ...]
    is_required: bool
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """One method, or one object (whose `returns` is empty)."""

    name: str
    returns: str
    parameters: dict[str, Parameter]


def utf16(text: str) -> int:
    """The length of a text as Telegram counts it: most emoji are two."""
    return len(text.encode("utf-16-le")) // 2


def _parameter(line: str) -> Parameter:
    found = _ROW.fullmatch(line)
    assert found is not None, line
    limit = None
    if found["unit"]:
        limit = Limit(int(found["low"]), int(found["high"]), found["unit"])
    return Parameter(found["name"], tuple(found["types"].split("|")), bool(found["star"]), limit)


def _read(table: str) -> dict[str, Method]:
    methods: dict[str, Method] = {}
    name = ""
    for line in filter(None, table.splitlines()):
        if line.startswith("  "):
            parameter = _parameter(line)
            methods[name].parameters[parameter.name] = parameter
        else:
            name, _, returns = line.partition(" ")
            methods[name] = Method(name, returns, {})
    return methods


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


METHODS = _read(_TABLE)
OBJECTS = _read(_OBJECTS)
MESSAGES = frozenset(name for name, method in METHODS.items() if method.returns == "Message")
"""The methods that make a message: the ones that rates, faults and the judge count."""
BUTTONS_PER_KEYBOARD = 100
ACTIONS = _words(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note"
)
SCOPES = _words(
    "default all_private_chats all_group_chats all_chat_administrators chat chat_administrators "
    "chat_member"
)
PARSE_MODES = frozenset({"HTML", "Markdown", "MarkdownV2"})
UPDATES = _words(
    "message edited_message channel_post edited_channel_post business_connection business_message "
    "edited_business_message deleted_business_messages guest_message message_reaction message_reaction_count "
    "inline_query chosen_inline_result callback_query shipping_query pre_checkout_query "
    "purchased_paid_media poll poll_answer my_chat_member chat_member chat_join_request "
    "chat_boost removed_chat_boost managed_bot"
)
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

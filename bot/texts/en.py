"""
English.

Names that begin with ``ticket.`` or ``customer.`` are read by customers, as plain text. All others are read by agents
in Slack; there, what is no button, label or title is mrkdwn, and whoever fills a blank makes its value harmless first.
"""

TEXTS: dict[str, str] = {
    # --- customers
    "ticket.file_too_big": (
        "Your file is too big: at most {limit} come through here. Please make it smaller, or send a link to it."
    ),
    "ticket.received": (
        "Hi {name}, we have your message. Your ticket number is #{number}; you can expect an answer within {target}."
    ),
    "ticket.solved": (
        "We believe that your request #{number} is solved. Is it? If not, simply write to us within {reopen}: "
        "that opens it again."
    ),
    "customer.greeting": "Hi {name}! Write your question here, and somebody from our team will answer you.",
    # --- the menu of commands that a messenger shows to customers
    "command.help": "What you can ask here",
    "command.status": "Your open requests",
    "command.new": "Begin a new request",
    "command.close": "My request is solved",
    "command.lang": "Language: id or en",
    # --- what happened, in the thread
    "notice.customer": "the customer",
    "notice.claimed.owner": (
        "🙋 {who} has it: their plain text here goes to the customer, everybody else's stays internal. "
        "`//` begins a note. {hold}"
    ),
    "notice.claimed.everyone": (
        "🙋 {who} has it. Plain text here, whoever of the team writes it, goes to the customer. "
        "`//` begins a note. {hold}"
    ),
    "notice.claimed.explicit": (
        "🙋 {who} has it. What is written here stays internal; the *Reply* button or `!reply text` answers "
        "the customer."
    ),
    "notice.hold": "{span} to take a reply back: delete it, edit it or write `!undo`.",
    "notice.no_hold": "It leaves at once.",
    "notice.reopened": "🔓 Opened again by {who}.",
    "notice.solved": "✅ Solved by {who}. A new message from the customer opens it again.",
    "notice.solved_with": "✅ Solved by {who}. A new message from the customer opens it again. Resolution (internal):",
    "notice.escalated": "🚨 Escalated to level {level} by {who}. {whom}, please look. Reason:",
    "notice.escalated_to_nobody": (
        "🚨 Escalated to level {level} by {who}, but the settings name no supervisors, so nobody was told. Reason:"
    ),
    "notice.edit_not_carried": (
        "✏️ {who}, your reply had left already, and the customer keeps what they have. If it matters, write a "
        "correction. Why:"
    ),
    "notice.delete_not_carried": "🗑️ {who}, your reply had left already, and the customer keeps what they have. Why:",
    "notice.courtesy_not_carried": "🔕 Not told to the customer: {that}. It is not tried again. Why:",
    "notice.edit_carried": "✏️ The customer's copy of {that} is changed, too ({who}).",
    "notice.delete_carried": "🗑️ The customer's copy of {that} is deleted, too ({who}).",
    "notice.edit_waits_carried": "✏️ If {that} is sent again, it goes with these new words ({who}).",
    "notice.customer_reacted": "{emoji} from {who}, as a reaction to {that}",
    "notice.customer_unreacted": "↩ The reaction to {that} was taken back by {who}.",
    "notice.customer_deleted": "🗑️ Deleted by {who}, on their side: {that}. What they wrote stays here.",
    "notice.customer_deleted_unknown": "🗑️ Deleted by {who}, on their side: a message that is not known here.",
    "notice.reply_delayed": "⏳ {who}, {that} could not leave for the customer yet. It goes by itself. {why}",
    "notice.file_refused": "📎 {who}, *{file}* was *not sent* to the customer. {why}",
    # of a version before files could be sent: what still waited then
    "notice.files_not_yet": "📎 {who}, files can't be sent to the customer yet. Yours stay internal, in this thread.",
    # --- what agents say by command or modal, shown in the thread
    "mirror.reply": "↪ *{who}* to the customer:",
    "mirror.note": "📝 *{who}*:",
    # --- questions about held texts
    "offer.claim": (
        "✋ {who}, nobody owns this ticket, so your message above has not been sent. What shall become of it?"
    ),
    "offer.claim.send": "Claim and send",
    "offer.reopen": "✋ {who}, this ticket is done, so your message above has not been sent. What shall become of it?",
    "offer.reopen.send": "Reopen and send",
    "offer.text_only": (
        "✋ {who}, files can't be sent to the customer yet, so your message above has not been sent. "
        "Shall the text go without them?"
    ),
    "offer.text_only.send": "Send the text alone",
    "offer.out_of_reach": (
        "✋ {who}, your text above has not been sent: it waits for the customer. When they can be written to again, "
        "this thread asks whether it shall go. {reason}"
    ),
    "offer.out_of_reach.send": "Try now",
    "offer.in_reach": "✋ {who}, the customer can be written to again. Your held text above: shall it go now?",
    "offer.in_reach.send": "Send now",
    "offer.lost": (
        "✋ {who}, Loket was brought back from a copy of its database, and can't tell whether your message above has "
        "reached the customer. What shall become of it?"
    ),
    "offer.lost.send": "Send",
    "offer.note": "Keep as note",
    # --- files that are not what they are called
    "file.belied": "⚠️ *{name}* is not what it is called: here it is *{true}*.",
    "file.is_a_program": (
        "⚠️ *{name}* is not what it is called: it is a *program*. Don't run it. Here it is *{true}*, so that nothing "
        "opens it."
    ),
    # --- what did not arrive
    "trouble.failed.text": "⚠️ This text was *not delivered* to the customer. {reason}",
    "trouble.failed.fetched": "⚠️ This file of the customer *could not be fetched*. {reason}",
    "trouble.failed.shown": (
        "⚠️ Slack *does not take* this file of the customer. {reason} Retry once that has changed, or ask the customer "
        "to send it otherwise, as a link for instance."
    ),
    "trouble.failed.file": "⚠️ This file was *not delivered* to the customer. {reason}",
    "trouble.uncertain.text": "⚠️ Nobody can tell whether this text reached the customer. {reason}",
    "trouble.uncertain.file": "⚠️ Nobody can tell whether this file reached the customer. {reason}",
    "trouble.restored": (
        "Loket was brought back from a copy of its database from {since}; the text may have been sent after that."
    ),
    "trouble.failed.again": "Retry",
    "trouble.uncertain.again": "Send again",
    "trouble.leave": "Leave it",
    # --- hints that one person sees
    "whisper.not_sent": "Not sent: the owner of this ticket speaks to the customer, so your text stayed internal.",
    "whisper.not_sent.send": "Send to customer",
    # --- the desk's channel
    "alarm.parked": (
        "🚨 Something that arrived from {source} could not be read. Nothing is lost: it is kept as `{id}`. "
        "`loket failed --retry {id}` tries it again."
    ),
    "alarm.restored": (
        "🚨 Loket runs on a copy of its database from {since}, and knows nothing of what happened until {until}. "
        "Nothing of that time is sent or carried out again by itself: texts that may have reached a customer are asked "
        "about in their threads, and buttons and commands count as not used. Cards of tickets that were opened in that "
        "time do nothing any more; new tickets begin at #{number}. Waiting in `loket failed`, for the operator to "
        "decide: {parked}."
    ),
    "alarm.loss.unprocessed": (
        "🚨 For more than {after}, what arrived has not been processed ({number} waiting). Nothing is lost yet: "
        "`loket failed` and `/readyz` say why."
    ),
    "alarm.loss.unposted": (
        "🚨 For more than {after}, what you should read in the threads has not reached Slack ({number} waiting). "
        "Nothing is lost yet: `loket failed` and `/readyz` say why."
    ),
    "alarm.loss.undelivered": (
        "🚨 For more than {after}, answers have not reached customers ({number} waiting). Nothing is lost yet: "
        "they leave as soon as they can; `/readyz` says why they can't."
    ),
    "alarm.loss_over.unprocessed": "✅ Over: what arrived is processed again.",
    "alarm.loss_over.unposted": "✅ Over: what you should read reaches Slack again.",
    "alarm.loss_over.undelivered": "✅ Over: answers reach customers again.",
    "alarm.clock.forward": (
        "🕐 The clock of my computer went forward by {span} at once: it was set, or the computer slept. Replies on "
        "hold still wait their whole time. Timers of tickets and the figures go by the new time."
    ),
    "alarm.clock.back": (
        "🕐 The clock of my computer was set back by {span}. What waits to be sent waits no longer than before. "
        "Timers of tickets and the figures go by the new time."
    ),
    "alarm.events_dropped": (
        "🐢 So much happens in this workspace (over 30,000 events in an hour) that Slack tells me only part of it. "
        "What you write in threads reaches me late, as I read them myself; nothing is lost. Buttons and commands work "
        "as ever."
    ),
    # --- refusals
    "refused": "That can't be done.",
    "refused.no_such_ticket": "There is no ticket #{number}.",
    "refused.already_claimed": "Ticket #{number} already belongs to {agent}.",
    "refused.already_solved": "Ticket #{number} is solved already.",
    "refused.not_solved": "Ticket #{number} is still open.",
    "refused.nothing_to_undo": "You have no reply in ticket #{number} that could still be taken back.",
    "refused.already_decided": "This was decided before, or its message is gone.",
    "refused.not_an_agent": "Only full members of the desk's channel can do this.",
    "refused.wrong_use": "{problem} The right form: {usage}",
    "problem.text_missing": "The text is missing.",
    "problem.reason_missing": "The reason is missing.",
    "problem.unknown_verb": "I don't know `{verb}`.",
    "problem.other": "I don't understand that.",
    # --- the card
    "card.nameless": "(no name)",
    "card.map": "Show it on a map",
    "card.cut": "… the rest is too long for Slack.",
    "card.unowned": "nobody owns it",
    "card.level": "level {level}",
    "card.escalated": "escalated by {who} to {whom}, {at}: {reason}",
    "card.nobody": "nobody",
    "card.first_reply_due": "first reply due {at}",
    "card.edited": "✏️ changed by the customer",
    "card.follows": "follows #{number}",
    "card.held": "✋ waits for the customer: {reason}",
    "card.failed": "⚠️ not delivered: {reason}",
    "card.uncertain": "⚠️ perhaps not delivered: {reason}",
    "card.claim": "Claim",
    "card.reply": "Reply",
    "card.note": "Note",
    "card.escalate": "Escalate",
    "card.close": "Close",
    "card.reopen": "Reopen",
    "status.new": "New",
    "status.open": "In progress",
    "status.pending": "Waiting for the customer",
    "status.on_hold": "On hold",
    "status.solved": "Solved",
    "status.closed": "Closed",
    # --- modals; titles and buttons have at most 24 characters
    "modal.about": "#{number} · {customer}",
    "modal.number": "Which ticket? Its number",
    "modal.cancel": "Cancel",
    "modal.reply.title": "Reply to the customer",
    "modal.reply.submit": "Send",
    "modal.reply.text": "What the customer reads",
    "modal.note.title": "Internal note",
    "modal.note.submit": "Keep",
    "modal.note.text": "Only the team sees this",
    "modal.escalate.title": "Escalate",
    "modal.escalate.submit": "Escalate",
    "modal.escalate.target": "To whom? Empty: the supervisors",
    "modal.escalate.reason": "Why?",
    "modal.close.title": "Close the ticket",
    "modal.close.submit": "Close",
    "modal.close.resolution": "How was it solved? (internal)",
    # --- help
    "verb.claim": "`claim #42` – the ticket is yours",
    "verb.reply": "`reply #42 text` – to the customer, in your name",
    "verb.note": "`note #42 text` – internal, into the thread",
    "verb.escalate": "`escalate #42 @person reason` – the next level looks; without a name the supervisors",
    "verb.close": "`close #42 resolution` – the ticket is done; the resolution is internal and may be left out",
    "verb.reopen": "`reopen #42` – work on it again",
    "verb.undo": "`undo #42` – takes back what has not left yet",
    "verb.help": "`help` – this list",
    # --- answers to commands
    "done.claimed": "Ticket #{number} ({customer}) is yours.",
    "done.replied": "Your answer to {customer} in ticket #{number} is on its way.",
    "done.noted": "Your note is in the thread of ticket #{number} ({customer}).",
    "done.escalated": "Ticket #{number} ({customer}) is escalated.",
    "done.closed": "Ticket #{number} ({customer}) is solved.",
    "done.reopened": "Ticket #{number} ({customer}) is open again.",
    "done.undone": "Taken back: {customer} will not see it. It stays as a note in ticket #{number}.",
    "done.sent": "Your text is on its way to {customer} (ticket #{number}).",
    "done.kept": "Kept as a note in ticket #{number}; {customer} will not see it.",
    "done.left": "Left as it is, in ticket #{number} ({customer}).",
    "done.again": "On its way to {customer} again (ticket #{number}).",
    # --- what the customer did, behind their name
    "edit.head": "✏️ *{who}* changed {that}",
    "edit.before": "Before:",
    "answering.own": "↩ in answer to their own {that}",
    "answering.desk": "↩ in answer to the automatic {that}",
    "answering.agent": "↩ in answer to {who}: {that}",
    "kind.edit": "edited their message:",
    "kind.photo": "sent a photo",
    "kind.document": "sent a file",
    "kind.voice": "sent a voice message",
    "kind.audio": "sent an audio file",
    "kind.video": "sent a video",
    "kind.video_note": "sent a video message",
    "kind.sticker": "sent a sticker",
    "kind.animation": "sent an animation",
    "kind.location": "sent a location:",
    "kind.venue": "sent a place:",
    "kind.contact": "sent a contact:",
    "kind.poll": "sent a poll:",
    "kind.dice": "threw a die:",
    "kind.story": "shared a story, which can't be shown here",
    "kind.order": "sent an order:",
    "kind.system": "is the subject of a note of the platform:",
    "kind.contact_own": "shared their own contact, as the platform confirms:",
    "kind.checklist": "sent a checklist:",
    "kind.gift": "sent a gift:",
    "kind.paid_media": "sent media that cost money and can't be shown here",
    "kind.rich_message": "sent a message with a layout of its own; its words:",
    "kind.flow": "filled in a form:",
    "kind.identity": "has a new security code: perhaps a new phone, perhaps somebody else writes",
    "kind.unknown": "sent something that can't be shown here",
    "detail.forwarded": "Forwarded from {who}",
    "detail.forwarded_unnamed": "Forwarded",
    "detail.forwarded_often": "Forwarded many times",
    "detail.answers": "Answers a message of {who} in another chat: {words}",
    "detail.answers_story": "Answers a story",
    "detail.accuracy": "Accurate to {metres} m",
    "detail.live": "Shared live until they end it; only Telegram shows where they go from here",
    "detail.live_for": "Shared live for {minutes} minutes; only Telegram shows where they go from here",
    "detail.stars": "Worth {stars} Telegram Stars",
    "detail.called": "The platform calls it “{kind}”",
    "detail.pressed": "Pressed a button:",
    "detail.ad": "Came by the advertisement “{headline}” ({source})",
    "detail.product": "About the product {product}",
    "detail.total": "Total: {amount}",
    "help.intro": (
        "*What I can do.* Write it as `/loket …`, or in a ticket's thread as `!…` or `@Loket …`, "
        "where the number may be left out:"
    ),
    "help.forms": "The short forms `/claim`, `/reply`, `/note`, `/escalate`, `/close` and `/sla` do the same.",
    "refused.away": "That did not work just now, and nothing was done: {reason} Please try again.",
    "modal.number_wrong": "Please write the ticket's number, such as 42.",
    "modal.claim.title": "Claim a ticket",
    "modal.claim.submit": "Claim",
    "modal.reopen.title": "Reopen a ticket",
    "modal.reopen.submit": "Reopen",
    "modal.undo.title": "Take back a reply",
    "modal.undo.submit": "Undo",
    # --- the customer's own words, and the end of a ticket
    "customer.choice.solved": "Solved",
    "customer.choice.not_yet": "Not yet",
    "customer.choice.rate_5": "5 – very good",
    "customer.choice.rate_4": "4 – good",
    "customer.choice.rate_3": "3 – all right",
    "customer.choice.rate_2": "2 – poor",
    "customer.choice.rate_1": "1 – very poor",
    "customer.choice.status": "My requests",
    "customer.choice.new": "New request",
    "customer.choice.close": "It is solved",
    "customer.choice.lang_id": "Bahasa Indonesia",
    "customer.choice.lang_en": "English",
    "customer.lang_set": "From now on we write to you in English.",
    "customer.new": "Please write your new question; it gets a number of its own.",
    "customer.nothing_open": "You have no open request. Write to us, and we open one.",
    "customer.status": "Your open requests:",
    "customer.status_line": "#{number} · {subject} · {status}",
    "customer.status.new": "nobody has taken it yet",
    "customer.status.open": "being worked on",
    "customer.status.pending": "waiting for your answer",
    "customer.status.on_hold": "waiting for somebody else",
    "customer.help": "Write to us, and your message reaches our team. You can also ask for this:",
    "ticket.rate": "Good to hear! How was our help with #{number}?",
    "ticket.rated": "Thank you! If you would like to add something, just write it now.",
    "notice.confirmed": "🎉 Solved, says {who}.",
    "notice.rated": "{stars} from {who}.",
    "notice.unreachable": "🚫 Nothing reaches {who} any more: they blocked us, or are gone.",
    "notice.reachable": "👋 We can write to {who} again.",
    "alarm.not_shown": "🚨 Something in ticket #{number} can't be shown in Slack: {reason} It is kept as `{id}`.",
    "card.unreachable": "🚫 can't be reached",
    "card.window": "we can write until {at}",
    "card.rating": "rated {stars}",
    # --- reports
    "sla.head": "Tickets, {period} ({zone})",
    "sla.days": "{first} to {last}",
    "sla.counts": "{came_in} came in, {answered} answered, {closed} closed, {open} open now",
    "sla.first_response": "First response: {spread}",
    "sla.resolution": "Resolution: {spread}",
    "sla.spread": "{brief} within {target} (n = {count}, {unfinished} unfinished)",
    "sla.no_tickets": "no tickets",
    "sla.group": "• {name}: {counts} · first response {first_response} · resolution {resolution}",
    "sla.nobody": "nobody",
    "sla.unfinished": "≥ means at least: unfinished tickets count with their age so far.",
    "sla.units": "d h min s",
    "sla.share": "Post to channel",
    "verb.sla": "`sla [period] [by agent|channel] [csv] [share]` – how many tickets, and how fast",
    "problem.period_unknown": "I don't know the period “{period}”. There are: {forms}.",
    "problem.by_unknown": "The figures can be split by: {known}.",
    "problem.by_not_yet": "By {word} does not work yet; the figures can be split by: {known}.",
    "problem.format_not_yet": "{word} does not work yet; there is: csv.",
    # --- the Home tab; headings have at most 150 characters
    "home.outside": (
        "👋 Hello! This is where the agents of our customer desk see what waits for them. You are in none of its "
        "channels, so there is nothing to see here for you. If you are to help, ask a colleague of the desk to add you "
        "to its channel, then come back."
    ),
    "home.mine": "Your tickets: {total}",
    "home.mine.none": "🌤️ Nothing is yours just now. A ticket becomes yours with *Claim*, here or on its card.",
    "home.unclaimed": "Unclaimed: {total}",
    "home.unclaimed.none": "✅ Every open ticket has an owner.",
    "home.escalated": "Escalated to you: {total}",
    "home.more": "… and {count} more. `/loket list` shows the first twenty.",
    "home.how": "When a customer writes, a card appears in {where}. All talk about it is in the card's thread.",
    "home.waits": "⏳ *waits for us* since {at}",
    "home.their_turn": "💬 we wait for the customer, who was answered {at}",
    "home.their_turn_unanswered": "💬 we wait for the customer",
    "home.on_hold": "⏸️ on hold",
    "home.due.first_response": "first reply due {at}",
    "home.due.resolution": "to be solved by {at}",
    "home.late.first_response": "🔥 *late:* the first reply was due {at}",
    "home.late.resolution": "🔥 *late:* it was to be solved by {at}",
    "home.stuck": "⚠️ something did not arrive: see the thread",
    "home.undecided": "✋ a text is held until its writer decides in the thread",
    "home.away": (
        "🔌 *{name}* can't be reached{since}. Nothing is lost: what waits moves on by itself afterwards.{problem}"
    ),
    "home.away.disk": "💾 Files can't be stored. Texts go on, nothing is lost: files follow by themselves.{problem}",
    "home.unseen": "🔌 I can't see who belongs to the desk. {reason}",
    "home.away.since": " since {at}",
    "home.away.problem": " Reason: {problem}",
    "home.board": "The board: {total} open",
    "home.board.owner": "• {who}: {total}, waiting for us: {waiting}",
    "home.board.others": "• {count} more people: {total}",
    "home.board.oldest": "*Who waits longest for us*",
    "home.board.oldest.none": "🌤️ No customer waits for us.",
    "home.board.today": "*Today* ({zone})",
    "home.troubles": "What has gone wrong: {total}",
    "home.troubles.none": "✅ Nothing has gone wrong: nothing is undelivered, uncertain or unreadable.",
    "home.trouble.failed": "⚠️ {ticket}: a text was *not delivered*. {reason} → *Retry* or *Leave it* in the thread.",
    "home.trouble.uncertain": (
        "❓ {ticket}: nobody knows whether a text reached the customer. → *Send again* or *Leave it* in the thread."
    ),
    "home.trouble.held": "✋ {ticket}: a text of {who} is held. → Its writer decides in the thread.",
    "home.trouble.parked": "📦 Something from {what} could not be read. → The operator: `loket failed --retry {id}`",
    "home.trouble.fetched": (
        "📎 {ticket}: a file of the customer *could not be fetched*. {reason} → *Retry* or *Leave it* in the thread."
    ),
    "home.trouble.shown": (
        "📎 {ticket}: Slack *does not take* a file of the customer. {reason} → *Retry* or *Leave it* in the thread."
    ),
    "home.trouble.part": (
        "📦 {ticket}: something for Slack ({what}) is missing. {reason} → The operator: `loket failed --retry {id}`"
    ),
    "home.trouble.no_ticket": "The desk",
    "home.trouble.more": "… and {count} more: `loket failed` lists them all.",
    # --- the agents' core verbs
    "notice.unclaimed": "👐 {who} gave it back: nobody owns this ticket now.",
    "notice.unclaimed_from": "👐 {who} took it from {whom}: nobody owns this ticket now.",
    "notice.assigned.owner": (
        "👉 {who} gave it to {whom}, whose plain text here goes to the customer from now on; everybody else's stays "
        "internal. `//` begins a note. {hold}"
    ),
    "notice.assigned.everyone": (
        "👉 {who} gave it to {whom}. Plain text here, whoever of the team writes it, goes to the customer. "
        "`//` begins a note. {hold}"
    ),
    "notice.assigned.explicit": (
        "👉 {who} gave it to {whom}. What is written here stays internal; the *Reply* button or `!reply text` answers "
        "the customer."
    ),
    "notice.undone.claim": "↩️ {who} took the claim back.",
    "notice.undone.unclaim": "↩️ {who} took that back: the ticket is with its owner as before.",
    "notice.undone.assign": "↩️ {who} took that back: the ticket is with whom it was before.",
    "notice.undone.close": "↩️ {who} took the closing back, and the customer has not been told of it.",
    "notice.undone.reopen": "↩️ {who} took the reopening back.",
    "notice.nobody": "Somebody",
    "reminder.held": "⏰ {who}, your message “{words}” is still waiting for a decision: please press a button above.",
    "reminder.uncertain": (
        "⏰ {who}, nobody knows yet whether “{words}” reached the customer: please press a button above."
    ),
    "refused.not_claimed": "Nobody owns ticket #{number}.",
    "refused.stands_elsewhere": (
        "That was for another ticket and stands there as you wrote it first: a change here is *not carried* there. "
        "Correct it with a new `!reply` or `!note`."
    ),
    "refused.not_repeated": (
        "`{verb}` is from a time that Loket knows nothing of, since it was brought back from a copy of its database. "
        "It was not carried out now; say it again if it is still wanted."
    ),
    "refused.not_assignable": "{agent} is no full member of the desk's channel, so the ticket can't be theirs.",
    "refused.too_late_to_undo": "It is too late to take that back in ticket #{number}.",
    "refused.changed_since": "That can't be taken back: something else has happened to ticket #{number} since.",
    "problem.person_missing": "The person is missing.",
    "problem.only_a_person": "Only one person can be named there, and nothing else.",
    "problem.list_unknown": "I don't know that list.",
    "card.unclaim": "Give back",
    "card.assign": "Give to …",
    "card.show": "Details",
    "card.undo": "Undo",
    "modal.unclaim.title": "Give a ticket back",
    "modal.unclaim.submit": "Give back",
    "modal.assign.title": "Give a ticket to",
    "modal.assign.submit": "Give",
    "modal.assign.target": "To whom?",
    "modal.show.title": "Show a ticket",
    "modal.show.submit": "Show",
    "verb.unclaim": "`unclaim #42` – nobody owns the ticket any more",
    "verb.assign": "`assign #42 @person` – the ticket is theirs",
    "verb.show": "`show #42` – how the ticket stands, with a link",
    "verb.list": "`list` – the open tickets; `list closed` – those that are done",
    "verb.mine": "`mine` – your open tickets",
    "done.unclaimed": "Nobody owns ticket #{number} ({customer}) now.",
    "done.assigned": "Ticket #{number} ({customer}) has a new owner.",
    "done.taken_back": "Taken back: ticket #{number} ({customer}) is as it was.",
    "list.open": "*Open tickets: {total}*",
    "list.closed": "*Tickets that are done: {total}*",
    "list.mine": "*Your open tickets: {total}*",
    "list.none": "There are none.",
    "list.more": "… and {count} more.",
    "show.opened": "opened {at}",
    "show.first_reply": "first reply {at}",
    "show.last_customer": "the customer wrote last {at}",
    "show.solved": "solved {at}",
    "show.closed": "closed {at}",
    "show.resolution": "Resolution: {resolution}",
}

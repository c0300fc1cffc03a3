"""Why something did not get through, in Indonesian, by the English sentence that is stored with it."""

import re

#: What stands in braces is taken over.
REASONS: dict[str, str] = {
    # --- any platform
    "There is no connection to Slack.": "Tidak ada sambungan ke Slack.",
    "{platform} can't be reached.": "{platform} tidak bisa dihubungi.",
    "{platform} asks to wait.": "{platform} meminta kita menunggu.",
    "{platform} asks to send more slowly.": "{platform} meminta kita mengirim lebih pelan.",
    "{platform} says that it has a problem of its own.": "{platform} sedang bermasalah.",
    "{platform}'s answer did not come: the message may have arrived or not.": (
        "Jawaban {platform} tidak datang: pesannya mungkin sampai, mungkin tidak."
    ),
    "{platform}'s answer did not come: it may have arrived or not.": (
        "Jawaban {platform} tidak datang: mungkin sampai, mungkin tidak."
    ),
    "{platform}'s answer can't be understood: the message may have arrived.": (
        "Jawaban {platform} tidak dapat dipahami: pesannya mungkin sampai."
    ),
    "Something between here and {platform} refuses the connection.": (
        "Sesuatu di antara kita dan {platform} menolak sambungan."
    ),
    "{platform} lets us write only for a time after the customer's message.": (
        "{platform} hanya mengizinkan kita menulis selama beberapa waktu setelah pesan pelanggan."
    ),
    "{platform} refuses it: {words}": "{platform} menolaknya: {words}",
    "{platform} refuses it ({code}).": "{platform} menolaknya ({code}).",
    "It was being sent when the connection broke, and {platform} can't be asked.": (
        "Sambungan terputus saat pesan sedang dikirim, dan {platform} tidak bisa ditanyai."
    ),
    "The channel {name} is switched off.": "Saluran {name} sedang dimatikan.",
    "The channel may still report what became of it.": "Saluran itu mungkin masih akan mengabarkan nasibnya.",
    "It did not arrive in {count} attempts.": "Tidak sampai setelah {count} kali dicoba.",
    "Asking whether it arrived failed ({error}).": "Pertanyaan apakah pesannya sampai gagal dijawab ({error}).",
    "The file is larger than {count} MB, which is the limit.": "Berkasnya lebih besar dari {count} MB, batasnya.",
    "{platform} no longer has this file.": "{platform} tidak lagi menyimpan berkas ini.",
    "{platform} points to a foreign address for the file, where we do not go.": (
        "{platform} menunjuk ke alamat asing untuk berkasnya; ke sana kita tidak pergi."
    ),
    "{platform} does not hand files over.": "{platform} tidak menyerahkan berkas.",
    "The file did not come through whole.": "Berkasnya tidak sampai utuh.",
    "It could not be fetched for {count} days.": "Tidak bisa diambil selama {count} hari.",
    "A file of the album is still on its way.": "Satu berkas dari album masih di jalan.",
    "Slack has lost the file before it was shown.": "Slack kehilangan berkasnya sebelum ditampilkan.",
    "Slack may still show the file.": "Slack mungkin masih akan menampilkan berkasnya.",
    "Slack has the file, but does not say whether it shows it.": (
        "Berkasnya ada di Slack, tetapi Slack tidak mengatakan apakah ditampilkan."
    ),
    "Nobody can tell whether the file is in Slack.": "Tidak ada yang tahu apakah berkasnya ada di Slack.",
    "The file is larger than Slack takes.": "Berkasnya lebih besar daripada yang diterima Slack.",
    "The file is larger than this workspace allows.": "Berkasnya lebih besar daripada yang diizinkan workspace ini.",
    "This workspace does not allow files.": "Workspace ini tidak mengizinkan berkas.",
    "This workspace allows no files but pictures.": "Workspace ini hanya mengizinkan gambar.",
    "The workspace has no room for files left.": "Workspace ini tidak punya ruang lagi untuk berkas.",
    "This workspace allows no files in channels that it shares with others.": (
        "Workspace ini tidak mengizinkan berkas di kanal yang dibagikan dengan pihak lain."
    ),
    "Slack takes the file for a virus.": "Slack menganggap berkasnya virus.",
    "This workspace does not allow files of this type.": "Workspace ini tidak mengizinkan berkas jenis ini.",
    "The disk of the machine that Loket runs on is full.": "Diska mesin tempat Loket berjalan penuh.",
    "The folder of LOKET_DATA_DIR can't be written.": "Folder LOKET_DATA_DIR tidak bisa ditulisi.",
    "The file is empty.": "Berkasnya kosong.",
    "{platform} takes at most {most} MB; this has {size} MB.": (
        "{platform} menerima paling banyak {most} MB; berkas ini {size} MB."
    ),
    # --- Telegram
    "The file is too large for Telegram.": "Berkasnya terlalu besar untuk Telegram.",
    "Telegram does not accept the bot's token (or TELEGRAM_API_URL is not a Bot API).": (
        "Telegram tidak menerima token bot (atau TELEGRAM_API_URL bukan Bot API)."
    ),
    "The chat has moved to another one.": "Percakapannya sudah pindah.",
    "The customer has blocked the bot.": "Pelanggan memblokir bot.",
    "The customer's Telegram account no longer exists.": "Akun Telegram pelanggan sudah tidak ada.",
    "The customer has never written to this bot, so it may not write to them.": (
        "Pelanggan belum pernah menulis ke bot ini, jadi bot tidak boleh menulis kepadanya."
    ),
    "Telegram does not know this customer.": "Telegram tidak mengenal pelanggan ini.",
    "There is nothing in this message that {platform} would show.": (
        "Tidak ada apa pun dalam pesan ini yang akan ditampilkan {platform}."
    ),
    "The text is too long for one Telegram message.": "Teksnya terlalu panjang untuk satu pesan Telegram.",
    "The message is no longer in the customer's chat.": "Pesannya sudah tidak ada di percakapan pelanggan.",
    "{platform} does not let this message be changed any more.": "{platform} tidak mengizinkan pesan ini diubah lagi.",
    "Telegram lets a message be deleted for 48 hours only.": ("Telegram hanya mengizinkan pesan dihapus dalam 48 jam."),
    "The bot is no longer in this chat.": "Bot sudah tidak ada di percakapan ini.",
    "This customer is a bot, and Telegram lets no bot write to bots.": (
        "Pelanggan ini adalah bot, dan Telegram tidak mengizinkan bot menulis kepada bot."
    ),
    "Telegram can't show this picture.": "Telegram tidak bisa menampilkan gambar ini.",
    "The customer's settings allow no voice messages.": "Pengaturan pelanggan tidak mengizinkan pesan suara.",
    # --- changes after sending
    "{platform} does not let us change what was sent.": (
        "{platform} tidak mengizinkan kita mengubah yang sudah terkirim."
    ),
    "It now holds something internal, which is never carried.": (
        "Isinya sekarang internal, dan itu tidak pernah diteruskan."
    ),
    "It now has a file that was not sent; a file goes only with a new message.": (
        "Sekarang ada berkas yang tidak terkirim; berkas hanya dikirim dengan pesan baru."
    ),
    "It now needs more messages than were sent.": "Sekarang perlu lebih banyak pesan daripada yang terkirim.",
    "Nobody can tell whether the customer has it, so it can't be changed there.": (
        "Tidak ada yang tahu apakah pelanggan menerimanya, jadi tidak bisa diubah di sana."
    ),
    "Nobody but its writer can change it.": "Hanya penulisnya yang dapat mengubahnya.",
    "A webhook is set for this Telegram bot: delete it (deleteWebhook), so that messages come here.": (
        "Bot Telegram ini memakai webhook: hapus (deleteWebhook) supaya pesan sampai ke sini."
    ),
    "Another program receives this Telegram bot's messages: stop it, or give one of them its own bot.": (
        "Program lain menerima pesan bot Telegram ini: hentikan, atau beri salah satunya bot sendiri."
    ),
    # --- WhatsApp
    "WhatsApp does not accept the access token: make a new one and set WHATSAPP_ACCESS_TOKEN.": (
        "WhatsApp tidak menerima token akses: buat yang baru dan isikan WHATSAPP_ACCESS_TOKEN."
    ),
    "The access token may not do this: give its system user the permission whatsapp_business_messaging.": (
        "Token akses tidak berhak melakukannya: beri pengguna sistemnya izin whatsapp_business_messaging."
    ),
    "WhatsApp has locked the business account: see its state in the WhatsApp Manager.": (
        "WhatsApp mengunci akun bisnis: lihat keadaannya di WhatsApp Manager."
    ),
    "WhatsApp wants the number's display name to be approved first: see the WhatsApp Manager.": (
        "Nama tampilan nomor ini harus disetujui WhatsApp lebih dulu: lihat WhatsApp Manager."
    ),
    "WhatsApp slows the number down, as customers report its messages: see the WhatsApp Manager.": (
        "WhatsApp memperlambat nomor ini karena pelanggan melaporkan pesannya: lihat WhatsApp Manager."
    ),
    "WhatsApp has a problem with the payment method of the business account.": (
        "WhatsApp bermasalah dengan metode pembayaran akun bisnis."
    ),
    "The phone number is not registered with the Cloud API: register it.": (
        "Nomor telepon belum terdaftar di Cloud API: daftarkan."
    ),
    "WhatsApp has blocked the business account for a while because of its policies.": (
        "WhatsApp memblokir akun bisnis untuk sementara karena kebijakannya."
    ),
    "WhatsApp knows no such phone number: check WHATSAPP_PHONE_NUMBER_ID and the token's permissions.": (
        "WhatsApp tidak mengenal nomor itu: periksa WHATSAPP_PHONE_NUMBER_ID dan izin token."
    ),
    "WhatsApp did not answer to the file.": "WhatsApp tidak menjawab saat berkasnya dikirim.",
    "WhatsApp could not take the file.": "WhatsApp tidak bisa menerima berkasnya.",
    "WhatsApp does not deliver messages of this kind to this customer.": (
        "WhatsApp tidak menyampaikan pesan semacam ini kepada pelanggan ini."
    ),
    "The customer's last message is more than 24 hours old: WhatsApp lets us write again when they do.": (
        "Pesan terakhir pelanggan lebih dari 24 jam lalu: kita boleh menulis lagi setelah pelanggan menulis."
    ),
    "WhatsApp can't deliver to this customer: they may have blocked us, or no longer use WhatsApp.": (
        "WhatsApp tidak bisa menyampaikannya: pelanggan mungkin memblokir kita, atau tidak memakai WhatsApp lagi."
    ),
    "This is a test number of WhatsApp, and the customer is not on the list of its recipients.": (
        "Ini nomor uji coba WhatsApp, dan pelanggan tidak ada di daftar penerimanya."
    ),
    "This would be a message to ourselves.": "Ini akan menjadi pesan kepada diri sendiri.",
    "WhatsApp does not take messages of this kind.": "WhatsApp tidak menerima pesan semacam ini.",
    "WhatsApp needs the customer's phone number for this, and has not told it.": (
        "Untuk ini WhatsApp memerlukan nomor telepon pelanggan, dan tidak memberitahukannya."
    ),
    "WhatsApp does not allow messages to the customer's country.": (
        "WhatsApp tidak mengizinkan pesan ke negara pelanggan."
    ),
    # --- Slack
    "Slack does not accept the bot's token: install the app again and set SLACK_BOT_TOKEN.": (
        "Slack tidak menerima token bot: pasang lagi aplikasinya dan isikan SLACK_BOT_TOKEN."
    ),
    "Slack does not let the app do this: ask an administrator of the workspace.": (
        "Slack tidak mengizinkan aplikasi melakukannya: hubungi administrator ruang kerja."
    ),
    "The app lacks a permission in Slack: install it again from `loket manifest`.": (
        "Aplikasi kekurangan izin di Slack: pasang lagi dari `loket manifest`."
    ),
    "The bot is not in the Slack channel: invite it there.": "Bot tidak ada di kanal Slack: undang ke sana.",
    "There is no such Slack channel, or the bot is not in it: invite it, or mend the settings.": (
        "Kanal Slack itu tidak ada, atau bot tidak ada di dalamnya: undang, atau perbaiki pengaturannya."
    ),
    "There is no Slack channel {name} that the bot can see: invite it, or mend the settings.": (
        "Tidak ada kanal Slack {name} yang bisa dilihat bot: undang, atau perbaiki pengaturannya."
    ),
    "The Slack channel is archived: unarchive it.": "Kanal Slack diarsipkan: buka kembali arsipnya.",
    "The message is no longer in Slack.": "Pesannya sudah tidak ada di Slack.",
    "The ticket's card is no longer in Slack.": "Kartu tiketnya sudah tidak ada di Slack.",
    "The ticket's card is not in Slack yet.": "Kartu tiketnya belum ada di Slack.",
    "The thread is locked in Slack.": "Utasnya dikunci di Slack.",
    "The text is too long for Slack.": "Teksnya terlalu panjang untuk Slack.",
    "Slack does not hand the file over.": "Slack tidak menyerahkan berkasnya.",
    "Slack does not hand the file over: the app lacks files:read, install it again from `loket manifest`.": (
        "Slack tidak menyerahkan berkasnya: aplikasi kekurangan files:read, pasang lagi dari `loket manifest`."
    ),
    "Slack points to a foreign address for the file, where we do not go.": (
        "Slack menunjuk ke alamat asing untuk berkasnya, dan kita tidak ke sana."
    ),
    "The file is no longer in Slack.": "Berkasnya sudah tidak ada di Slack.",
    "The file is kept outside of Slack: send the customer a link to it.": (
        "Berkasnya disimpan di luar Slack: kirim tautannya kepada pelanggan."
    ),
    "Slack hides the file, because the workspace has reached its limit.": (
        "Slack menyembunyikan berkasnya karena ruang kerja sudah mencapai batasnya."
    ),
    "Slack does not let the app see the file.": "Slack tidak mengizinkan aplikasi melihat berkasnya.",
    "Slack hands posts, lists and canvases over to nobody: export it as a file and send that.": (
        "Slack tidak menyerahkan pos, daftar, dan kanvas: ekspor sebagai berkas lalu kirim itu."
    ),
    "Slack did not take the file.": "Slack tidak menerima berkasnya.",
}

_BLANK = re.compile(r"{(\w+)}")


def _pattern(sentence: str) -> re.Pattern[str]:
    """What the sentence looks like with its blanks filled in."""
    parts = _BLANK.split(sentence)
    literal = [re.escape(part) if number % 2 == 0 else f"(?P<{part}>.+?)" for number, part in enumerate(parts)]
    return re.compile("".join(literal), re.DOTALL)


_PATTERNS = [(_pattern(english), ours) for english, ours in REASONS.items()]


def indonesian(sentence: str) -> str | None:
    """The same in Indonesian; None for one that is not here."""
    for pattern, ours in _PATTERNS:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return ours.format(**found.groupdict())
    return None

"""Indonesian; see `bot.texts.en`."""

TEXTS: dict[str, str] = {
    # --- customers
    "ticket.file_too_big": (
        "Berkas Anda terlalu besar: paling besar {limit} yang bisa sampai ke sini. Perkecillah, atau kirim tautannya."
    ),
    "ticket.received": (
        "Halo {name}, pesan Anda sudah kami terima. Nomor tiket Anda #{number}; "
        "kami akan membalas dalam waktu {target}."
    ),
    "ticket.solved": (
        "Menurut kami tiket Anda #{number} sudah selesai. Benarkah? Jika belum, cukup tulis lagi ke sini dalam "
        "waktu {reopen}."
    ),
    "customer.greeting": "Halo {name}! Silakan tulis pertanyaan Anda di sini, tim kami akan membalasnya.",
    # --- the menu of commands that a messenger shows to customers
    "command.help": "Apa saja yang bisa diminta di sini",
    "command.status": "Tiket Anda yang masih terbuka",
    "command.new": "Ajukan pertanyaan baru",
    "command.close": "Masalah saya sudah selesai",
    "command.lang": "Bahasa: id atau en",
    # --- what happened, in the thread
    "notice.customer": "pelanggan",
    "notice.claimed.owner": (
        "🙋 {who} yang menangani: teks biasa darinya di sini dikirim ke pelanggan, tulisan orang lain tetap internal. "
        "Awali dengan `//` untuk catatan. {hold}"
    ),
    "notice.claimed.everyone": (
        "🙋 {who} yang menangani. Teks biasa di sini, siapa pun anggota tim yang menulisnya, dikirim ke pelanggan. "
        "Awali dengan `//` untuk catatan. {hold}"
    ),
    "notice.claimed.explicit": (
        "🙋 {who} yang menangani. Semua yang ditulis di sini tetap internal; tombol *Balas* atau "
        "`!reply teks` menjawab pelanggan."
    ),
    "notice.hold": "Ada {span} untuk menarik balasan kembali: hapus, sunting, atau tulis `!undo`.",
    "notice.no_hold": "Pesan langsung terkirim.",
    "notice.reopened": "🔓 Dibuka kembali oleh {who}.",
    "notice.solved": "✅ Diselesaikan oleh {who}. Pesan baru dari pelanggan akan membukanya kembali.",
    "notice.solved_with": (
        "✅ Diselesaikan oleh {who}. Pesan baru dari pelanggan akan membukanya kembali. Penyelesaian (internal):"
    ),
    "notice.escalated": "🚨 Dieskalasi ke tingkat {level} oleh {who}. {whom}, mohon dilihat. Alasan:",
    "notice.escalated_to_nobody": (
        "🚨 Dieskalasi ke tingkat {level} oleh {who}, tetapi tidak ada penyelia di pengaturan, "
        "jadi belum ada yang diberi tahu. Alasan:"
    ),
    "notice.edit_not_carried": (
        "✏️ {who}, balasan Anda sudah terkirim, dan pelanggan tetap memegang yang lama. Bila penting, tulis ralatnya. "
        "Sebabnya:"
    ),
    "notice.delete_not_carried": (
        "🗑️ {who}, balasan Anda sudah terkirim, dan pelanggan tetap memegang yang lama. Sebabnya:"
    ),
    "notice.courtesy_not_carried": "🔕 Tidak disampaikan ke pelanggan: {that}. Tidak dicoba lagi. Sebabnya:",
    "notice.edit_carried": "✏️ Salinan {that} di pelanggan ikut diubah ({who}).",
    "notice.delete_carried": "🗑️ Salinan {that} di pelanggan ikut dihapus ({who}).",
    "notice.edit_waits_carried": "✏️ Kalau {that} dikirim lagi, yang dikirim kata-kata barunya ({who}).",
    "notice.customer_reacted": "{emoji} dari {who}, sebagai reaksi atas {that}",
    "notice.customer_unreacted": "↩ Reaksi atas {that} ditarik kembali oleh {who}.",
    "notice.customer_deleted": "🗑️ Dihapus oleh {who}, di sisinya: {that}. Yang tertulis tetap ada di sini.",
    "notice.customer_deleted_unknown": "🗑️ Dihapus oleh {who}, di sisinya: pesan yang tidak dikenal di sini.",
    "notice.reply_delayed": "⏳ {who}, {that} belum bisa dikirim ke pelanggan. Nanti terkirim sendiri. {why}",
    "notice.file_refused": "📎 {who}, *{file}* *tidak dikirim* ke pelanggan. {why}",
    # dari versi sebelum berkas bisa dikirim: yang saat itu masih menunggu
    "notice.files_not_yet": "📎 {who}, berkas belum bisa dikirim ke pelanggan. Berkas Anda tetap internal di utas ini.",
    # --- what agents say by command or modal, shown in the thread
    "mirror.reply": "↪ *{who}* kepada pelanggan:",
    "mirror.note": "📝 *{who}*:",
    # --- questions about held texts
    "offer.claim": "✋ {who}, tiket ini belum diambil siapa pun, jadi pesan Anda di atas belum dikirim. Mau diapakan?",
    "offer.claim.send": "Ambil dan kirim",
    "offer.reopen": "✋ {who}, tiket ini sudah selesai, jadi pesan Anda di atas belum dikirim. Mau diapakan?",
    "offer.reopen.send": "Buka lagi dan kirim",
    "offer.text_only": (
        "✋ {who}, berkas belum bisa dikirim ke pelanggan, jadi pesan Anda di atas belum dikirim. Kirim teksnya saja?"
    ),
    "offer.text_only.send": "Kirim teksnya saja",
    "offer.out_of_reach": (
        "✋ {who}, tulisan Anda di atas belum terkirim: menunggu pelanggan. Begitu pelanggan bisa ditulisi lagi, "
        "utas ini bertanya apakah jadi dikirim. {reason}"
    ),
    "offer.out_of_reach.send": "Coba sekarang",
    "offer.in_reach": "✋ {who}, pelanggan bisa ditulisi lagi. Tulisan Anda di atas yang ditahan: kirim sekarang?",
    "offer.in_reach.send": "Kirim sekarang",
    "offer.lost": (
        "✋ {who}, Loket dipulihkan dari salinan basis datanya, dan tidak tahu apakah pesan Anda di atas sudah sampai "
        "ke pelanggan. Mau diapakan?"
    ),
    "offer.lost.send": "Kirim",
    "offer.note": "Simpan sebagai catatan",
    # --- files that are not what they are called
    "file.belied": "⚠️ Isi *{name}* tidak sesuai namanya: di sini namanya *{true}*.",
    "file.is_a_program": (
        "⚠️ Isi *{name}* tidak sesuai namanya: itu sebuah *program*. Jangan dijalankan. Di sini namanya *{true}*, "
        "supaya tidak ada yang membukanya."
    ),
    # --- what did not arrive
    "trouble.failed.fetched": "⚠️ Berkas dari pelanggan ini *tidak bisa diambil*. {reason}",
    "trouble.failed.shown": (
        "⚠️ Slack *tidak menerima* berkas dari pelanggan ini. {reason} Coba lagi kalau itu sudah berubah, atau minta "
        "pelanggan mengirimnya dengan cara lain, misalnya sebagai tautan."
    ),
    "trouble.failed.file": "⚠️ Berkas ini *tidak sampai* ke pelanggan. {reason}",
    "trouble.failed.text": "⚠️ Teks ini *tidak sampai* ke pelanggan. {reason}",
    "trouble.uncertain.file": "⚠️ Tidak dapat dipastikan apakah berkas ini sampai ke pelanggan. {reason}",
    "trouble.uncertain.text": "⚠️ Tidak dapat dipastikan apakah teks ini sampai ke pelanggan. {reason}",
    "trouble.restored": (
        "Loket dipulihkan dari salinan basis datanya dari {since}; setelah itu teks ini mungkin sudah dikirim."
    ),
    "trouble.failed.again": "Coba lagi",
    "trouble.uncertain.again": "Kirim lagi",
    "trouble.leave": "Biarkan",
    # --- hints that one person sees
    "whisper.not_sent": (
        "Tidak dikirim: yang berbicara dengan pelanggan adalah penanggung jawab tiket, jadi teks Anda tetap internal."
    ),
    "whisper.not_sent.send": "Kirim ke pelanggan",
    # --- the desk's channel
    "alarm.parked": (
        "🚨 Sesuatu yang masuk dari {source} tidak bisa dibaca. Tidak ada yang hilang: disimpan sebagai `{id}`. "
        "`loket failed --retry {id}` mencobanya lagi."
    ),
    "alarm.restored": (
        "🚨 Loket berjalan di atas salinan basis datanya dari {since}, dan tidak tahu apa yang terjadi sampai {until}. "
        "Tidak ada yang dari waktu itu dikirim atau dikerjakan lagi dengan sendirinya: teks yang mungkin sudah sampai "
        "ke pelanggan ditanyakan di utasnya, dan tombol serta perintah dianggap belum dipakai. Kartu tiket yang dibuka "
        "pada waktu itu tidak berfungsi lagi; tiket baru mulai dari #{number}. Menunggu di `loket failed`, untuk "
        "diputuskan operator: {parked}."
    ),
    "alarm.loss.unprocessed": (
        "🚨 Sudah lebih dari {after}, yang masuk belum diproses ({number} menunggu). Belum ada yang hilang: "
        "`loket failed` dan `/readyz` menjelaskan sebabnya."
    ),
    "alarm.loss.unposted": (
        "🚨 Sudah lebih dari {after}, yang perlu Anda baca di utas belum sampai ke Slack ({number} menunggu). "
        "Belum ada yang hilang: `loket failed` dan `/readyz` menjelaskan sebabnya."
    ),
    "alarm.loss.undelivered": (
        "🚨 Sudah lebih dari {after}, jawaban belum sampai ke pelanggan ({number} menunggu). Belum ada yang hilang: "
        "jawaban dikirim begitu bisa; `/readyz` menjelaskan sebabnya."
    ),
    "alarm.loss_over.unprocessed": "✅ Selesai: yang masuk sudah diproses lagi.",
    "alarm.loss_over.unposted": "✅ Selesai: yang perlu dibaca sudah sampai lagi ke Slack.",
    "alarm.loss_over.undelivered": "✅ Selesai: jawaban sudah sampai lagi ke pelanggan.",
    "alarm.clock.forward": (
        "🕐 Jam komputer saya tiba-tiba maju {span}: jamnya diatur, atau komputernya tidur. Balasan yang ditahan tetap "
        "menunggu waktunya sampai habis. Pengatur waktu tiket dan angka-angka mengikuti jam yang baru."
    ),
    "alarm.clock.back": (
        "🕐 Jam komputer saya diundurkan {span}. Yang menunggu dikirim tidak menunggu lebih lama dari semula. "
        "Pengatur waktu tiket dan angka-angka mengikuti jam yang baru."
    ),
    "alarm.events_dropped": (
        "🐢 Begitu banyak yang terjadi di ruang kerja ini sehingga Slack hanya memberi tahu saya sebagian (lebih dari "
        "30.000 kejadian dalam satu jam). Yang Anda tulis di utas sampai terlambat, karena saya membacanya sendiri; "
        "tidak ada yang hilang. Tombol dan perintah tetap berfungsi seperti biasa."
    ),
    # --- refusals
    "refused": "Itu tidak bisa dilakukan.",
    "refused.no_such_ticket": "Tidak ada tiket #{number}.",
    "refused.already_claimed": "Tiket #{number} sudah ditangani oleh {agent}.",
    "refused.already_solved": "Tiket #{number} sudah selesai.",
    "refused.not_solved": "Tiket #{number} masih terbuka.",
    "refused.nothing_to_undo": "Tidak ada balasan Anda di tiket #{number} yang masih bisa ditarik.",
    "refused.already_decided": "Hal ini sudah diputuskan, atau pesannya sudah dihapus.",
    "refused.not_an_agent": "Hanya anggota penuh kanal ini yang dapat melakukannya.",
    "refused.wrong_use": "{problem} Bentuk yang benar: {usage}",
    "problem.text_missing": "Teksnya belum ada.",
    "problem.reason_missing": "Alasannya belum ada.",
    "problem.unknown_verb": "Perintah `{verb}` tidak dikenal.",
    "problem.other": "Perintah itu tidak dapat dipahami.",
    # --- the card
    "card.nameless": "(tanpa nama)",
    "card.map": "Lihat di peta",
    "card.cut": "… selebihnya terlalu panjang untuk Slack.",
    "card.unowned": "belum ada penanggung jawab",
    "card.level": "tingkat {level}",
    "card.escalated": "dieskalasi oleh {who} kepada {whom}, {at}: {reason}",
    "card.nobody": "tak seorang pun",
    "card.first_reply_due": "balasan pertama paling lambat {at}",
    "card.edited": "✏️ diubah oleh pelanggan",
    "card.follows": "lanjutan #{number}",
    "card.held": "✋ menunggu pelanggan: {reason}",
    "card.failed": "⚠️ tidak terkirim: {reason}",
    "card.uncertain": "⚠️ mungkin tidak terkirim: {reason}",
    "card.claim": "Ambil",
    "card.reply": "Balas",
    "card.note": "Catatan",
    "card.escalate": "Eskalasi",
    "card.close": "Tutup",
    "card.reopen": "Buka lagi",
    "status.new": "Baru",
    "status.open": "Dikerjakan",
    "status.pending": "Menunggu pelanggan",
    "status.on_hold": "Ditunda",
    "status.solved": "Selesai",
    "status.closed": "Ditutup",
    # --- modals; titles and buttons have at most 24 characters
    "modal.about": "#{number} · {customer}",
    "modal.number": "Tiket yang mana? Nomornya",
    "modal.cancel": "Batal",
    "modal.reply.title": "Balas pelanggan",
    "modal.reply.submit": "Kirim",
    "modal.reply.text": "Yang dibaca pelanggan",
    "modal.note.title": "Catatan internal",
    "modal.note.submit": "Simpan",
    "modal.note.text": "Hanya dilihat tim",
    "modal.escalate.title": "Eskalasi tiket",
    "modal.escalate.submit": "Eskalasi",
    "modal.escalate.target": "Kepada siapa? Kosong: para penyelia",
    "modal.escalate.reason": "Mengapa?",
    "modal.close.title": "Tutup tiket",
    "modal.close.submit": "Tutup",
    "modal.close.resolution": "Bagaimana penyelesaiannya? (internal)",
    # --- help
    "verb.claim": "`claim #42` – tiket ini Anda yang menangani",
    "verb.reply": "`reply #42 teks` – kepada pelanggan, atas nama Anda",
    "verb.note": "`note #42 teks` – internal, ke dalam utas",
    "verb.escalate": "`escalate #42 @orang alasan` – tingkat berikutnya melihat; tanpa nama, para penyelia",
    "verb.close": "`close #42 penyelesaian` – tiket selesai; penyelesaian bersifat internal dan boleh kosong",
    "verb.reopen": "`reopen #42` – dikerjakan lagi",
    "verb.undo": "`undo #42` – menarik yang belum terkirim",
    "verb.help": "`help` – daftar ini",
    # --- answers to commands
    "done.claimed": "Tiket #{number} ({customer}) sekarang Anda yang menangani.",
    "done.replied": "Balasan Anda kepada {customer} di tiket #{number} sedang dikirim.",
    "done.noted": "Catatan Anda ada di utas tiket #{number} ({customer}).",
    "done.escalated": "Tiket #{number} ({customer}) sudah dieskalasi.",
    "done.closed": "Tiket #{number} ({customer}) selesai.",
    "done.reopened": "Tiket #{number} ({customer}) dibuka kembali.",
    "done.undone": "Ditarik: {customer} tidak akan melihatnya. Teksnya tetap sebagai catatan di tiket #{number}.",
    "done.sent": "Teks Anda sedang dikirim kepada {customer} (tiket #{number}).",
    "done.kept": "Disimpan sebagai catatan di tiket #{number}; {customer} tidak akan melihatnya.",
    "done.left": "Dibiarkan apa adanya, di tiket #{number} ({customer}).",
    "done.again": "Sedang dikirim lagi kepada {customer} (tiket #{number}).",
    # --- what the customer did, behind their name
    "edit.head": "✏️ *{who}* mengubah {that}",
    "edit.before": "Sebelumnya:",
    "answering.own": "↩ menanggapi pesannya sendiri {that}",
    "answering.desk": "↩ menanggapi pesan otomatis {that}",
    "answering.agent": "↩ menanggapi {who}: {that}",
    "kind.edit": "menyunting pesannya:",
    "kind.photo": "mengirim foto",
    "kind.document": "mengirim berkas",
    "kind.voice": "mengirim pesan suara",
    "kind.audio": "mengirim berkas audio",
    "kind.video": "mengirim video",
    "kind.video_note": "mengirim pesan video",
    "kind.sticker": "mengirim stiker",
    "kind.animation": "mengirim animasi",
    "kind.location": "mengirim lokasi:",
    "kind.venue": "mengirim tempat:",
    "kind.contact": "mengirim kontak:",
    "kind.poll": "mengirim jajak pendapat:",
    "kind.dice": "melempar dadu:",
    "kind.story": "membagikan cerita, yang tidak bisa ditampilkan di sini",
    "kind.order": "mengirim pesanan:",
    "kind.system": "menjadi pokok catatan dari platform:",
    "kind.contact_own": "membagikan kontaknya sendiri, sebagaimana dipastikan oleh platform:",
    "kind.checklist": "mengirim daftar centang:",
    "kind.gift": "mengirim hadiah:",
    "kind.paid_media": "mengirim media berbayar, yang tidak bisa ditampilkan di sini",
    "kind.rich_message": "mengirim pesan dengan tata letak sendiri; isinya:",
    "kind.flow": "mengisi formulir:",
    "kind.identity": "punya kode keamanan baru: mungkin ponsel baru, mungkin orang lain yang menulis",
    "kind.unknown": "mengirim sesuatu yang tidak bisa ditampilkan di sini",
    "detail.forwarded": "Diteruskan dari {who}",
    "detail.forwarded_unnamed": "Diteruskan",
    "detail.forwarded_often": "Sudah sering diteruskan",
    "detail.answers": "Menjawab pesan {who} di obrolan lain: {words}",
    "detail.answers_story": "Menjawab cerita",
    "detail.accuracy": "Akurat hingga {metres} m",
    "detail.live": "Dibagikan langsung sampai dihentikan; selanjutnya hanya tampak di Telegram",
    "detail.live_for": "Dibagikan langsung selama {minutes} menit; selanjutnya hanya tampak di Telegram",
    "detail.stars": "Senilai {stars} Telegram Stars",
    "detail.called": "Platform menyebutnya “{kind}”",
    "detail.pressed": "Menekan tombol:",
    "detail.ad": "Datang lewat iklan “{headline}” ({source})",
    "detail.product": "Tentang produk {product}",
    "detail.total": "Jumlah: {amount}",
    "help.intro": (
        "*Yang bisa saya lakukan.* Tulis sebagai `/loket …`, atau di utas tiket sebagai `!…` atau "
        "`@Loket …`; di sana nomornya boleh dilewati:"
    ),
    "help.forms": "Bentuk singkat `/claim`, `/reply`, `/note`, `/escalate`, `/close`, dan `/sla` artinya sama.",
    "refused.away": "Barusan itu gagal dan tidak ada yang berubah: {reason} Silakan coba lagi.",
    "modal.number_wrong": "Tulis nomor tiketnya, misalnya 42.",
    "modal.claim.title": "Ambil tiket",
    "modal.claim.submit": "Ambil",
    "modal.reopen.title": "Buka lagi tiket",
    "modal.reopen.submit": "Buka lagi",
    "modal.undo.title": "Tarik kembali balasan",
    "modal.undo.submit": "Tarik kembali",
    # --- the customer's own words, and the end of a ticket
    "customer.choice.solved": "Selesai",
    "customer.choice.not_yet": "Belum",
    "customer.choice.rate_5": "5 – sangat baik",
    "customer.choice.rate_4": "4 – baik",
    "customer.choice.rate_3": "3 – cukup",
    "customer.choice.rate_2": "2 – kurang",
    "customer.choice.rate_1": "1 – sangat kurang",
    "customer.choice.status": "Tiket saya",
    "customer.choice.new": "Pertanyaan baru",
    "customer.choice.close": "Sudah selesai",
    "customer.choice.lang_id": "Bahasa Indonesia",
    "customer.choice.lang_en": "English",
    "customer.lang_set": "Mulai sekarang kami menulis dalam bahasa Indonesia.",
    "customer.new": "Silakan tulis pertanyaan baru Anda; nomornya akan tersendiri.",
    "customer.nothing_open": "Tidak ada tiket Anda yang terbuka. Tulis saja, dan kami akan membukanya.",
    "customer.status": "Tiket Anda yang masih terbuka:",
    "customer.status_line": "#{number} · {subject} · {status}",
    "customer.status.new": "belum ada yang menangani",
    "customer.status.open": "sedang ditangani",
    "customer.status.pending": "menunggu jawaban Anda",
    "customer.status.on_hold": "menunggu pihak lain",
    "customer.help": "Tulis saja, dan pesan Anda sampai ke tim kami. Anda juga bisa meminta ini:",
    "ticket.rate": "Syukurlah! Bagaimana bantuan kami untuk #{number}?",
    "ticket.rated": "Terima kasih! Kalau ada yang ingin ditambahkan, tulis saja sekarang.",
    "notice.confirmed": "🎉 Selesai, kata {who}.",
    "notice.rated": "{stars} dari {who}.",
    "notice.unreachable": "🚫 Tidak ada yang sampai ke {who} lagi: kita diblokir, atau akunnya sudah tidak ada.",
    "notice.reachable": "👋 Kita bisa menulis ke {who} lagi.",
    "alarm.not_shown": (
        "🚨 Ada isi tiket #{number} yang tidak bisa ditampilkan di Slack: {reason} Disimpan sebagai `{id}`."
    ),
    "card.unreachable": "🚫 tidak bisa dihubungi",
    "card.window": "kita bisa menulis sampai {at}",
    "card.rating": "penilaian {stars}",
    # --- reports
    "sla.head": "Tiket, {period} ({zone})",
    "sla.days": "{first} s.d. {last}",
    "sla.counts": "{came_in} masuk, {answered} dijawab, {closed} ditutup, {open} kini terbuka",
    "sla.first_response": "Tanggapan pertama: {spread}",
    "sla.resolution": "Penyelesaian: {spread}",
    "sla.spread": "{brief} dalam {target} (n = {count}, {unfinished} belum selesai)",
    "sla.no_tickets": "tidak ada tiket",
    "sla.group": "• {name}: {counts} · tanggapan pertama {first_response} · penyelesaian {resolution}",
    "sla.nobody": "tak seorang pun",
    "sla.unfinished": "≥ berarti paling sedikit: tiket yang belum selesai dihitung dengan umurnya sampai kini.",
    "sla.units": "hari jam mnt dtk",
    "sla.share": "Kirim ke kanal",
    "verb.sla": "`sla [periode] [by agent|channel] [csv] [share]` – berapa banyak tiket, dan seberapa cepat",
    "problem.period_unknown": "Periode “{period}” tidak dikenal. Yang ada: {forms}.",
    "problem.by_unknown": "Angka-angkanya bisa dirinci menurut: {known}.",
    "problem.by_not_yet": "Menurut {word} belum bisa; angka-angkanya bisa dirinci menurut: {known}.",
    "problem.format_not_yet": "{word} belum bisa; yang ada: csv.",
    # --- tab Home; judul paling banyak 150 karakter
    "home.outside": (
        "👋 Halo! Di sini agen meja layanan kami melihat apa yang menunggu mereka. Anda tidak ada di salah satu "
        "kanalnya, jadi tidak ada yang ditampilkan untuk Anda. Jika Anda akan membantu, minta rekan di meja "
        "layanan menambahkan Anda ke kanalnya, lalu kembali ke sini."
    ),
    "home.mine": "Tiket Anda: {total}",
    "home.mine.none": (
        "🌤️ Saat ini tidak ada tiket milik Anda. Tiket menjadi milik Anda dengan *Ambil*, di sini atau di kartunya."
    ),
    "home.unclaimed": "Belum diambil: {total}",
    "home.unclaimed.none": "✅ Setiap tiket yang terbuka punya pemilik.",
    "home.escalated": "Dieskalasi kepada Anda: {total}",
    "home.more": "… dan {count} lagi. `/loket list` menampilkan dua puluh yang pertama.",
    "home.how": "Saat pelanggan menulis, sebuah kartu muncul di {where}. Semua pembicaraan ada di utas kartu itu.",
    "home.waits": "⏳ *menunggu kita* sejak {at}",
    "home.their_turn": "💬 kita menunggu pelanggan, yang dijawab {at}",
    "home.their_turn_unanswered": "💬 kita menunggu pelanggan",
    "home.on_hold": "⏸️ ditunda",
    "home.due.first_response": "balasan pertama paling lambat {at}",
    "home.due.resolution": "harus selesai {at}",
    "home.late.first_response": "🔥 *terlambat:* balasan pertama seharusnya {at}",
    "home.late.resolution": "🔥 *terlambat:* seharusnya selesai {at}",
    "home.stuck": "⚠️ ada yang tidak sampai: lihat utasnya",
    "home.undecided": "✋ sebuah teks ditahan sampai penulisnya memutuskan di utas",
    "home.away": (
        "🔌 *{name}* tidak bisa dihubungi{since}. Tidak ada yang hilang: yang menunggu berjalan lagi dengan sendirinya "
        "nanti.{problem}"
    ),
    "home.away.since": " sejak {at}",
    "home.away.problem": " Alasan: {problem}",
    "home.away.disk": (
        "💾 Berkas tidak bisa disimpan. Teks tetap berjalan, tidak ada yang hilang: berkas menyusul sendiri.{problem}"
    ),
    "home.unseen": "🔌 Tidak dapat dilihat siapa yang termasuk meja layanan. {reason}",
    "home.board": "Papan: {total} terbuka",
    "home.board.owner": "• {who}: {total}, {waiting} di antaranya menunggu kita",
    "home.board.others": "• {count} orang lagi: {total}",
    "home.board.oldest": "*Yang paling lama menunggu kita*",
    "home.board.oldest.none": "🌤️ Tidak ada pelanggan yang menunggu kita.",
    "home.board.today": "*Hari ini* ({zone})",
    "home.troubles": "Yang tidak beres: {total}",
    "home.troubles.none": "✅ Semua beres: tidak ada yang gagal terkirim, tidak pasti atau tidak terbaca.",
    "home.trouble.failed": (
        "⚠️ {ticket}: sebuah teks *tidak terkirim*. {reason} → *Coba lagi* atau *Biarkan* di utasnya."
    ),
    "home.trouble.uncertain": (
        "❓ {ticket}: tidak ada yang tahu apakah sebuah teks sampai ke pelanggan. "
        "→ *Kirim lagi* atau *Biarkan* di utasnya."
    ),
    "home.trouble.held": "✋ {ticket}: sebuah teks dari {who} ditahan. → Penulisnya memutuskan di utas.",
    "home.trouble.parked": "📦 Sesuatu dari {what} tidak bisa dibaca. → Operator: `loket failed --retry {id}`",
    "home.trouble.fetched": (
        "📎 {ticket}: berkas dari pelanggan *tidak bisa diambil*. {reason} → *Coba lagi* atau *Biarkan* di utasnya."
    ),
    "home.trouble.shown": (
        "📎 {ticket}: Slack *tidak menerima* berkas dari pelanggan. {reason} → *Coba lagi* atau *Biarkan* di utasnya."
    ),
    "home.trouble.part": (
        "📦 {ticket}: sesuatu untuk Slack ({what}) hilang. {reason} → Operator: `loket failed --retry {id}`"
    ),
    "home.trouble.no_ticket": "Meja layanan",
    "home.trouble.more": "… dan {count} lagi: `loket failed` menampilkan semuanya.",
    # --- the agents' core verbs
    "notice.unclaimed": "👐 {who} melepasnya: kini belum ada yang menangani tiket ini.",
    "notice.unclaimed_from": "👐 {who} mengambilnya dari {whom}: kini belum ada yang menangani tiket ini.",
    "notice.assigned.owner": (
        "👉 {who} menyerahkannya kepada {whom}; mulai sekarang teks biasa darinya di sini dikirim ke pelanggan, "
        "tulisan orang lain tetap internal. Awali dengan `//` untuk catatan. {hold}"
    ),
    "notice.assigned.everyone": (
        "👉 {who} menyerahkannya kepada {whom}. Teks biasa di sini, siapa pun anggota tim yang menulisnya, dikirim ke "
        "pelanggan. Awali dengan `//` untuk catatan. {hold}"
    ),
    "notice.assigned.explicit": (
        "👉 {who} menyerahkannya kepada {whom}. Semua yang ditulis di sini tetap internal; tombol *Balas* atau "
        "`!reply teks` menjawab pelanggan."
    ),
    "notice.undone.claim": "↩️ {who} batal mengambilnya.",
    "notice.undone.unclaim": "↩️ {who} membatalkannya: tiket tetap pada yang menanganinya.",
    "notice.undone.assign": "↩️ {who} membatalkannya: tiket kembali seperti sebelumnya.",
    "notice.undone.close": "↩️ {who} batal menutupnya, dan pelanggan belum diberi tahu.",
    "notice.undone.reopen": "↩️ {who} batal membukanya kembali.",
    "notice.nobody": "Seseorang",
    "reminder.held": "⏰ {who}, pesan Anda “{words}” masih menunggu keputusan: mohon tekan tombol di atas.",
    "reminder.uncertain": (
        "⏰ {who}, belum diketahui apakah “{words}” sampai ke pelanggan: mohon tekan tombol di atas."
    ),
    "refused.not_claimed": "Tiket #{number} belum ditangani siapa pun.",
    "refused.stands_elsewhere": (
        "Itu untuk tiket lain dan di sana tetap seperti tulisan pertama Anda: perubahan di sini *tidak diteruskan* ke "
        "sana. Perbaiki dengan `!reply` atau `!note` baru."
    ),
    "refused.not_repeated": (
        "`{verb}` berasal dari waktu yang tidak diketahui Loket, karena Loket dipulihkan dari salinan basis datanya. "
        "Sekarang tidak dikerjakan; sampaikan lagi kalau masih diperlukan."
    ),
    "refused.not_assignable": "{agent} bukan anggota penuh kanal ini, jadi tidak bisa diserahi tiket.",
    "refused.too_late_to_undo": "Sudah terlambat untuk membatalkannya di tiket #{number}.",
    "refused.changed_since": "Tidak bisa dibatalkan: tiket #{number} sudah berubah lagi sesudahnya.",
    "problem.person_missing": "Orangnya belum disebut.",
    "problem.only_a_person": "Di sana hanya satu orang yang bisa disebut, tanpa kata lain.",
    "problem.list_unknown": "Daftar itu tidak dikenal.",
    "card.unclaim": "Lepaskan",
    "card.assign": "Serahkan …",
    "card.show": "Rincian",
    "card.undo": "Batalkan",
    "modal.unclaim.title": "Lepaskan tiket",
    "modal.unclaim.submit": "Lepaskan",
    "modal.assign.title": "Serahkan tiket",
    "modal.assign.submit": "Serahkan",
    "modal.assign.target": "Kepada siapa?",
    "modal.show.title": "Lihat tiket",
    "modal.show.submit": "Lihat",
    "verb.unclaim": "`unclaim #42` – tiket dilepas, belum ada yang menangani",
    "verb.assign": "`assign #42 @orang` – tiket diserahkan kepadanya",
    "verb.show": "`show #42` – keadaan tiket, dengan tautannya",
    "verb.list": "`list` – tiket yang terbuka; `list closed` – yang sudah selesai",
    "verb.mine": "`mine` – tiket Anda yang terbuka",
    "done.unclaimed": "Kini belum ada yang menangani tiket #{number} ({customer}).",
    "done.assigned": "Tiket #{number} ({customer}) sudah diserahkan.",
    "done.taken_back": "Dibatalkan: tiket #{number} ({customer}) kembali seperti semula.",
    "list.open": "*Tiket terbuka: {total}*",
    "list.closed": "*Tiket yang sudah selesai: {total}*",
    "list.mine": "*Tiket Anda yang terbuka: {total}*",
    "list.none": "Tidak ada.",
    "list.more": "… dan {count} lagi.",
    "show.opened": "dibuka {at}",
    "show.first_reply": "balasan pertama {at}",
    "show.last_customer": "pelanggan terakhir menulis {at}",
    "show.solved": "diselesaikan {at}",
    "show.closed": "ditutup {at}",
    "show.resolution": "Penyelesaian: {resolution}",
}

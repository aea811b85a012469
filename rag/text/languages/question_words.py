"""Question words that the lists of stopwords-iso leave out, of languages with a folder here and without."""

from __future__ import annotations

QUESTION_WORDS = {
    "ar": "لماذا هل متى أين كم",
    "el": "πότε πού πώς πόσο πόσα πόσοι πόσες γιατί ποιος ποια ποιο τι",
    "fa": "کی کجا چگونه چطور چند چه چرا کدام آیا",
    "he": "כמה מתי איפה איך למה מי מה האם",
    "hi": "कब कहाँ कहां कैसे कितना कितनी कितने क्या क्यों कौन किसने किस है हैं",
    "mr": "कधी कुठे कसे किती काय का कोण कोणी आहे",
    "ne": "कहिले कहाँ कसरी कति के किन को छ",
    "bn": "কখন কোথায় কীভাবে কত কয়টি কী কেন কে",
    "ja": "何 誰 何時 何処",
    "ko": "누가 언제 어디 몇 왜 무엇",
    "nl": "hoeveel",
    "no": "når hvor hvordan hvem hva hvilken hvilke hvorfor mange",
    "pt": "quantos quantas",
    "de": "wieviel wieviele",
    "th": "ที่ไหน เมื่อไร เมื่อไหร่ ใคร กี่ ทำไม อย่างไร อะไร เท่าไร",
    "tr": "kaç zaman nerede nasıl hangi",
    "bg": "кога къде как колко кой коя кое какво защо",
    "uk": "а і й у в з на та чи не за від по скільки хто яка яке які якого якому чому коли де куди звідки кого кому "
    "ким навіщо",
    "vi": "đâu bao nhiêu nào",
    "id": "kapan dimana mana",
}

#!/usr/bin/env python3
"""A core that is none: JSON lines over STATE/run/admin.sock with canned, believable answers, for looking at the screens alone.

  fake_core.py STATE [--role clerk] [--appeals N] [--slow METHOD=SECONDS]... [--log FILE]

Nothing is checked and nothing is stored beyond this process. It is what the screens' own tests talk to; whether the real core
answers in the same shapes is the business of the terminal tests over the whole program."""
import argparse, datetime, json, os, random, socket, sys, threading, time

TODAY = datetime.date(2026, 11, 24)
R = random.Random(7)


def day(n):
    return (TODAY + datetime.timedelta(days=n)).isoformat()


def moment(days, clock="12:40"):
    return f"{day(days)}T{clock}:00+03:00"


PEOPLE = ["Иванова Мария Петровна", "Соколов Пётр Ильич", "Щёголева Анна Сергеевна", "Кузнецов Олег Викторович", "Ёлкина Вера Павловна",
          "Беляев Артём Николаевич", "Римский-Корсаков Николай Андреевич", "Нгуен Тхи Хоа", "Морозова Елена Юрьевна", "Титов Герман Степанович"]
USERS = ["Смирнова Ольга Александровна", "Петров Иван Сергеевич", "Васильева Нина Павловна", "Орлов Денис Игоревич", "Громова Татьяна Львовна"]
UNITS = ["Управление ЖКХ", "Жилищный отдел", "Дорожная служба", "ГО и ЧС", "Отдел благоустройства", "Управление образования"]
STREETS = ["ул. Ленина, 12", "ул. Щёголева, 3", "пр. 50-летия Победы, 19", "ул. Моторостроителей, 64, к. 2", "ул. Розы Люксембург, 7А"]
TOPICS = [("0005.0005.0056.1146", "Отопление", "Heating"), ("0005.0005.0056.1147", "Протечка кровли", "Leaking roof"),
          ("0003.0009.0097.0689", "Уличное освещение", "Street lighting"), ("0003.0009.0099.0734", "Ремонт дорог", "Road repair"),
          ("0002.0013.0139.0314", "Школы и детские сады", "Schools"), ("0003.0011.0127.0850", "Бродячие собаки", "Stray dogs")]
TEXTS = ["Третью неделю в подъезде нет отопления, батареи холодные, в квартирах плюс четырнадцать. В управляющую компанию звонили много раз, "
         "обещают «завтра». Просим принять меры: в доме живут пенсионеры и маленькие дети.",
         "После каждого дождя течёт крыша, вода заливает квартиры пятого этажа и щиток с проводами. Заявки в журнале с августа.",
         "На улице не горят фонари от дома 8 до школы, дети идут в темноте. Просим восстановить освещение.",
         "Напротив школы №4 яма во всю проезжую часть, машины объезжают по тротуару. Прошу сделать ремонт до зимы."]
SUBJECTS = ["Нет отопления в подъезде", "Протечка кровли", "Не горят фонари у школы", "Яма у школы №4", "Бродячие собаки у детского сада",
            "Благодарность за ремонт двора", "Перенос остановки автобуса", "Очередь в детский сад"]
STATES = {
    "appeal": [("registered", "Зарегистрировано", 0), ("considering", "На рассмотрении", 0), ("answer_draft", "Подготовлен ответ", 0),
               ("answered", "Дан ответ", 1), ("forwarded", "Направлено по компетенции", 1), ("left", "Оставлено без ответа", 1),
               ("withdrawn", "Отозвано автором", 1), ("void", "Аннулировано", 1)],
    "assignment": [("draft", "Проект", 0), ("issued", "Выдано", 0), ("seen", "Прочитано", 0), ("in_work", "В работе", 0),
                   ("reported", "На приёмке", 0), ("returned", "На доработке", 0), ("accepted", "Принято", 1), ("cancelled", "Отменено", 1),
                   ("off_control", "Снято с контроля", 1)],
}
CLASSIFIERS = {
    "appeal_kind": [("letter", "Письменное обращение"), ("electronic", "Электронное обращение"), ("reception", "Личный приём"),
                    ("message", "Сообщение (ПОС, телефон)"), ("official_letter", "Служебное письмо")],
    "channel": [("post", "Почта"), ("in_person", "Нарочным"), ("reception", "Личный приём"), ("epgu", "Госуслуги"), ("pos", "ПОС"),
                ("phone", "Телефон"), ("social", "Социальные сети")],
    "nature": [("proposal", "Предложение"), ("statement", "Заявление"), ("complaint", "Жалоба")],
    "answer_type": [("supported_measures", "Поддержано, меры приняты"), ("supported", "Поддержано"), ("explained", "Разъяснено"),
                    ("not_supported", "Не поддержано")],
    "decline_ground": [("anonymous", "Нет фамилии или адреса"), ("unreadable", "Не поддаётся прочтению")],
    "urgency": [("normal", "Обычная"), ("urgent", "Срочно"), ("very_urgent", "Весьма срочно")],
    "link_kind": [("duplicate_of", "Дубликат к"), ("repeat_of", "Повторное к"), ("same_issue", "Об одном и том же"), ("continuation", "Дополнение к")],
    "frequency": [("primary", "Первичное"), ("repeated", "Повторное")],
    "answer_channel": [("post", "Почта"), ("account", "Личный кабинет"), ("in_hand", "На руки")],
}


def P(name, type, label, required=False, **more):
    return dict(name=name, type=type, label=label, required=required, **more)


def E(name, label, classifier, required=False):
    return P(name, "enum", label, required, values={"classifier": classifier})


PERSON = [P("kind", "enum", "Кто это", values={"list": ["person", "organization", "collective"]}), P("name", "string", "Фамилия, имя, отчество или название", True, max=300),
          P("address", "string", "Почтовый адрес", max=500), P("phone", "string", "Телефон", max=100), P("email", "string", "Электронная почта", max=200),
          P("note", "text", "Примечание", max=5000)]
BASE = [P("id", "id", "Номер записи", True), P("version", "int", "Версия"), P("request_id", "uuid", "Ключ повтора")]
WRITE = BASE[2:]
LIST = [P("query", "string", "Поиск", filter=True, max=200), P("limit", "int", "Строк"), P("after", "cursor", "Продолжение")]
REASON = [P("reason", "text", "Причина", True, max=5000)]
OPS = {
    "session.whoami": ("Кто я", []), "session.language": ("Язык", [P("language", "enum", "Язык", True, values={"list": ["ru", "en"]})] + WRITE),
    "draft.save": ("Сохранить черновик", WRITE), "draft.drop": ("Удалить черновик", WRITE),
    "correspondent.list": ("Найти корреспондентов", LIST + [P("kind", "enum", "Кто это", filter=True, values={"list": ["person", "organization", "collective"]})]),
    "correspondent.get": ("Карточка", [BASE[0]]), "correspondent.similar": ("Похожие", []), "correspondent.add": ("Завести корреспондента", WRITE + PERSON),
    "correspondent.set": ("Исправить корреспондента", BASE + [dict(p, required=False) for p in PERSON]),
    "correspondent.merge": ("Объединить двойников", WRITE + [P("id", "id", "Двойник", True), P("into", "id", "С кем объединить", True, lookup="correspondent.list")]),
    "correspondent.part": ("Разъединить", WRITE + [P("merge", "id", "Объединение", True)]),
    "appeal.list": ("Обращения", LIST + [P("sort", "enum", "Порядок", values={"list": ["new", "old", "due"]}), P("status", "string", "Состояние", filter=True),
                    E("kind", "Вид поступления", "appeal_kind") | {"filter": True}, P("topic", "string", "Тема", filter=True),
                    P("unit", "id", "Подразделение", filter=True, lookup="unit.list"), P("mine", "bool", "Мои", filter=True), P("new", "bool", "Новые", filter=True),
                    P("overdue", "bool", "Просроченные", filter=True), P("from", "date", "Зарегистрировано с", filter=True), P("to", "date", "Зарегистрировано по", filter=True)]),
    "appeal.get": ("Карточка обращения", [BASE[0]]), "appeal.candidates": ("Похожие обращения", []),
    "appeal.register": ("Зарегистрировать обращение", WRITE + [
        E("kind", "Вид поступления", "appeal_kind", True), E("channel", "Как поступило", "channel", True),
        P("correspondent", "id", "Автор", lookup="correspondent.list"), P("new_correspondent", "object", "Новый автор", fields=PERSON),
        P("authors", "ids", "Соавторы", lookup="correspondent.list", max=200), P("anonymous", "bool", "Без подписи (анонимное)"),
        P("collective", "bool", "Коллективное"), P("members_count", "int", "Подписало, чел.", max=1000000), E("nature", "Предложение, заявление, жалоба", "nature"),
        E("topic", "Тема", "topic"), P("subject", "string", "Краткое содержание", max=500), P("text", "text", "Текст", True, max=100000),
        P("address", "string", "Где (адрес вопроса)", max=500),
        P("questions", "objects", "Вопросы", max=50, fields=[E("topic", "Тема", "topic"), E("nature", "Вид", "nature"), P("text", "string", "Вопрос", max=2000)]),
        P("received", "date", "Поступило"), P("registered", "date", "Зарегистрировано"), P("due", "date", "Срок из документа"),
        P("addressee", "string", "Кому адресовано", max=300), P("considering", "id", "Рассматривает", lookup="user.list"),
        P("unit", "id", "Подразделение", lookup="unit.list"), P("link_to", "id", "Связать", lookup="appeal.list"), E("link_kind", "Вид связи", "link_kind")]),
    "appeal.set": ("Исправить обращение", BASE + [P("subject", "string", "Краткое содержание", max=500), P("text", "text", "Текст", max=100000),
                   E("topic", "Тема", "topic"), P("received", "date", "Поступило"), P("address", "string", "Где", max=500)]),
    "appeal.link": ("Связать обращения", BASE + [P("other", "id", "С каким обращением", True, lookup="appeal.list"), E("kind", "Вид связи", "link_kind", True)]),
    "appeal.comment": ("Комментарий к обращению", BASE + [P("text", "text", "Комментарий", True, max=20000)]),
    "appeal.answer": ("Дать ответ", BASE + [E("answer_type", "Результат рассмотрения", "answer_type", True), P("answer_date", "date", "Дата ответа", True),
                      P("answer_text", "text", "Текст ответа", True, max=100000), P("answer_number", "string", "Исходящий номер", max=100), E("answer_channel", "Как отправлен", "answer_channel")]),
    "appeal.forward": ("Направить по компетенции", BASE + [P("forward_to", "string", "Куда направлено", True, max=300), P("cover_number", "string", "Номер сопроводительного", True),
                       P("notice_sent", "date", "Автор уведомлён", True)]),
    "appeal.extend": ("Продлить рассмотрение", BASE + [P("new_due", "date", "Новый срок", True)] + REASON), "appeal.reopen": ("Вернуть на рассмотрение", BASE + REASON),
    "appeal.leave": ("Оставить без ответа", BASE + [E("decline_ground", "Основание", "decline_ground", True)]), "appeal.void": ("Аннулировать карточку", BASE + REASON),
    "appeal.withdraw": ("Отозвано автором", BASE + [P("comment", "text", "Заявление об отзыве", True)]),
    "assignment.list": ("Поручения", LIST + [P("sort", "enum", "Порядок", values={"list": ["due", "new", "old"]}), P("open", "bool", "Неисполненные", filter=True),
                        P("mine", "enum", "Мои", filter=True, values={"list": ["responsible", "author", "controller", "unit"]})]),
    "assignment.get": ("Карточка поручения", [BASE[0]]),
    "assignment.create": ("Дать поручение", WRITE + [P("title", "string", "Что сделать", True, max=300), P("responsible", "id", "Исполнитель", lookup="user.list"),
                          P("due", "date", "Срок"), P("text", "text", "Подробно", max=50000), E("urgency", "Срочность", "urgency"),
                          P("controller", "id", "Контролёр", lookup="user.list"), P("co_executors", "ids", "Соисполнители", lookup="user.list", max=50),
                          P("unit", "id", "Подразделение", lookup="unit.list"), P("appeal", "id", "По обращению", lookup="appeal.list"),
                          P("appeals", "ids", "По обращениям", lookup="appeal.list", max=200)]),
    "assignment.set": ("Исправить поручение", BASE + [P("title", "string", "Что сделать", max=300), P("text", "text", "Подробно"), P("due", "date", "Срок")]),
    "assignment.start": ("Взять в работу", BASE), "assignment.recall": ("Отозвать отчёт", BASE), "assignment.see": ("Отметить прочтение", BASE),
    "assignment.report": ("Отчитаться", BASE + [P("text", "text", "Что сделано", True, max=50000)]),
    "assignment.accept": ("Принять", BASE + [P("comment", "text", "Комментарий", max=20000), P("quality", "int", "Оценка 1-5", max=5)]),
    "assignment.return": ("Вернуть на доработку", BASE + [P("comment", "text", "Что доработать", True, max=20000), P("due", "date", "Новый срок (если меняется)")]),
    "assignment.cancel": ("Отменить", BASE + REASON), "assignment.off_control": ("Снять с контроля", BASE + REASON), "assignment.reopen": ("Возобновить", BASE + REASON),
    "assignment.reassign": ("Переназначить", BASE + [P("responsible", "id", "Новый исполнитель", True, lookup="user.list")]),
    "assignment.comment": ("Комментарий", BASE + [P("text", "text", "Комментарий", True, max=20000)]),
    "assignment.extend_request": ("Попросить продление", BASE + [P("new_due", "date", "Новый срок", True)] + REASON),
}
APPEAL_ACTIONS = {"registered": ["assign", "answer", "forward", "leave", "void", "withdraw"], "considering": ["answer", "forward", "extend", "leave", "withdraw"],
                  "answer_draft": ["answer", "return_answer"], "answered": ["reopen"], "forwarded": ["reopen"], "left": ["reopen"]}
ASSIGNMENT_ACTIONS = {"issued": ["start", "report", "reassign", "cancel", "off_control"], "seen": ["start", "report", "reassign", "extend_request"],
                      "in_work": ["report", "extend_request", "reassign", "cancel"], "returned": ["start", "report", "extend_request"],
                      "reported": ["accept", "return", "recall_report"], "accepted": ["reopen"]}


class World:
    """Records made once from a fixed seed, changed by writes."""

    def __init__(self, appeals):
        self.lock, self.listeners, self.drafts, self.done, self.events = threading.RLock(), [], {}, {}, 0
        self.people = [dict(id=i + 1, number=str(i + 1), kind="person", name=PEOPLE[i % len(PEOPLE)], phone=f"+7 910 96{i % 10}-12-{10 + i % 90}",
                            address=f"г. Тутаев, {STREETS[i % len(STREETS)]}, кв. {i + 1}", email="", appeal_count=(i * 3) % 8, version=1, actions=[]) for i in range(60)]
        self.appeals = [self.appeal(i) for i in range(1, appeals + 1)]
        self.assignments = [self.assignment(i) for i in range(1, 61)]

    def appeal(self, i):
        status = ["registered", "considering", "considering", "answered", "answer_draft", "forwarded"][i % 6]
        person, due, topic = self.people[i % len(self.people)], 10 - (i * 7) % 41, TOPICS[i % len(TOPICS)]
        open_ = status in ("registered", "considering", "answer_draft")
        return dict(id=i, number=f"ОГ-{i}/26", version=1, kind="letter", status=status, received=day(-(i % 30) - 1), registered=day(-(i % 30)), due=day(due),
                    days_left=due, overdue=open_ and due < 0, due_soon=open_ and 0 <= due <= 5, without_action=status == "registered",
                    subject=SUBJECTS[i % len(SUBJECTS)] + f", {STREETS[i % len(STREETS)]}", text=TEXTS[i % len(TEXTS)], correspondent_id=person["id"],
                    correspondent_name=person["name"], anonymous=False, channel="post", topic=topic[0], topic_label=topic[1], unit_name=UNITS[i % len(UNITS)],
                    open_assignments=i % 3, frequency="primary", nature="statement", actions=APPEAL_ACTIONS.get(status, []))

    def assignment(self, i):
        status = ["in_work", "reported", "returned", "issued", "seen", "accepted"][i % 6]
        due = 14 - (i * 5) % 23
        open_ = status != "accepted"
        return dict(id=i, number=f"П-{2000 + i}/26", version=1, status=status, title=["Восстановить освещение, ул. Ленина, 12", "Ответ Ивановой М. П. о протечке кровли",
                    "Яма у школы №4: заделать до морозов", "Справка о подготовке к паводку", "Обследовать теплоузел, ул. Щёголева, 3"][i % 5],
                    text="Проверить на месте, устранить, приложить фото до и после. Результат сообщить заявителю.", responsible_id=2, responsible_name=USERS[1 + i % 4],
                    author_name=USERS[0], controller_name=USERS[2], unit_name=UNITS[i % len(UNITS)], due=day(due), days_left=due, overdue=open_ and due < 0,
                    due_soon=open_ and 0 <= due <= 3, urgency="normal", appeal_number=f"ОГ-{i}/26", appeal_id=i, unread_comments=1 if i % 9 == 0 else 0,
                    actions=ASSIGNMENT_ACTIONS.get(status, []), returned_times=1 if status == "returned" else 0)

    def event(self, record, id, action, version, actor=1):
        self.events += 1
        note = dict(jsonrpc="2.0", method="event", params=dict(id=self.events, at=moment(0), actor=actor, record=record, record_id=id, action=action, version=version))
        for send in list(self.listeners):
            send(note)


class Fault(Exception):
    def __init__(self, code, message, **data):
        self.error = dict(code=code, message=message, data=data)


def find(rows, id):
    for r in rows:
        if r["id"] == id:
            return r
    raise Fault(1001, "Не найдено", name="not_found")


def page(rows, p):
    limit, start = min(p.get("limit", 50), 200), int(p.get("after") or 0)
    part = rows[start:start + limit]
    end = start + limit < len(rows)
    return dict(items=part, next=str(start + limit) if end else "", total=min(len(rows), 10000), total_exact=len(rows) <= 10000)


def words_in(text, query):
    text = text.lower().replace("ё", "е")
    return all(w in text for w in query.lower().replace("ё", "е").split())


def appeal_list(w, p):
    rows = sorted(w.appeals, key=lambda a: a["due"]) if p.get("sort") == "due" else w.appeals if p.get("sort") == "old" else list(reversed(w.appeals))
    for flag in ("overdue", "due_soon", "without_action"):
        if p.get(flag):
            rows = [a for a in rows if a[flag]]
    if p.get("new"):
        rows = [a for a in rows if a["status"] == "registered"]
    if p.get("kind"):
        rows = [a for a in rows if a["kind"] == p["kind"]]
    if p.get("query"):
        rows = [a for a in rows if words_in(a["number"] + a["subject"] + a["text"] + (a["correspondent_name"] or ""), p["query"])]
    return page(rows, p)


def appeal_get(w, p):
    a = dict(find(w.appeals, p["id"]))
    person = find(w.people, a["correspondent_id"]) if a["correspondent_id"] else None
    short = lambda x: dict(id=x["id"], number=x["number"], registered=x["registered"], status=x["status"], subject=x["subject"])
    a.update(questions=[dict(id=1, ord=1, topic=a["topic"], topic_label=a["topic_label"], nature="statement", text="", result=None, result_label=None),
                        dict(id=2, ord=2, topic=TOPICS[1][0], topic_label=TOPICS[1][1], nature="complaint", text="Не отвечает управляющая компания", result="explained", result_label="Разъяснено")],
             authors=[person] if person else [], links=[dict(short(w.appeals[3]), kind="same_issue")] if len(w.appeals) > 3 else [],
             assignments=[s for s in w.assignments if s["appeal_id"] == a["id"]], earlier=[short(x) for x in w.appeals if x["correspondent_id"] == a["correspondent_id"] and x["id"] != a["id"]][:8],
             comments=[dict(id=1, at=moment(-1), actor_name=USERS[1], text="Звонил заявителю, договорились о времени осмотра.")], addressee="Главе района",
             registrar_name=USERS[0], considering_name="Глава Петров А. А.", due_nominal=a["due"], due_rule="appeal_consider", extensions=[], answer=None,
             history=[dict(id=1, at=moment(-3, "09:12"), actor_name=USERS[0], action="register", **{"from": None, "to": "registered"}, comment="", changes={}),
                      dict(id=2, at=moment(-2, "16:05"), actor_name=USERS[0], action="assign", **{"from": "registered", "to": "considering"}, comment="", changes={}),
                      dict(id=3, at=moment(-1, "11:30"), actor_name=USERS[2], action="extend", **{"from": "considering", "to": "considering"},
                           comment="Нужен осмотр кровли", changes={"due": {"from": day(-1), "to": a["due"]}})])
    return a


def assignment_list(w, p):
    rows = sorted(w.assignments, key=lambda a: a["due"])
    if p.get("open"):
        rows = [a for a in rows if a["status"] != "accepted"]
    for flag in ("overdue", "due_soon"):
        if p.get(flag):
            rows = [a for a in rows if a[flag]]
    if p.get("query"):
        rows = [a for a in rows if words_in(a["number"] + a["title"], p["query"])]
    return page(rows, p)


def assignment_get(w, p):
    a = dict(find(w.assignments, p["id"]))
    appeal = find(w.appeals, a["appeal_id"]) if a["appeal_id"] <= len(w.appeals) else None
    back = a["status"] == "returned"
    a.update(reports=[dict(at=moment(-1, "10:02"), actor_name=a["responsible_name"], text="Фонари заменены, участок освещён.", verdict="return" if back else None,
                           verdict_by=USERS[0], comment="Приложите фото до и после" if back else None)] if a["status"] in ("reported", "returned", "accepted") else [],
             comments=[dict(at=moment(0, "09:15"), actor_name=USERS[0], text="Срок прежний.")], co_executors=[dict(id=3, name=USERS[2], due=day(5))], watchers=[],
             appeals=[dict(id=appeal["id"], number=appeal["number"], subject=appeal["subject"], status=appeal["status"], text=appeal["text"])] if appeal else [],
             earlier_due=[dict(at=moment(-2), due=day(-4), to=a["due"], reason="Нет запчастей")], issued_at=moment(-5), seen_at=moment(-4, "08:01"),
             history=[dict(at=moment(-5, "15:00"), actor_name=USERS[0], action="issue", **{"from": "draft", "to": "issued"}, comment="", changes={}),
                      dict(at=moment(-4, "08:01"), actor_name=a["responsible_name"], action="start", **{"from": "issued", "to": "in_work"}, comment="", changes={})])
    return a


def worklist(w, p):
    reasons = {"returned": "report", "reported": "accept"}
    items = []
    for a in w.assignments:
        reason = "returned" if a["status"] == "returned" else "to_accept" if a["status"] == "reported" else "overdue" if a["overdue"] else "due_soon" if a["due_soon"] else None
        if reason and len(items) < 16:
            items.append(dict(reason=reason, record="assignment", id=a["id"], number=a["number"], title=a["title"], due=a["due"], days_left=a["days_left"],
                              unit_name=a["unit_name"], person=a["responsible_name"], status=a["status"], status_label=dict((s[0], s[1].lower()) for s in STATES["assignment"])[a["status"]],
                              next_action=reasons.get(a["status"], "report"), note="Петров И. С.: «Приложите фото до и после». Срок прежний." if reason == "returned" else a["text"],
                              version=a["version"], actions=a["actions"]))
    for a in w.appeals[:40]:
        if a["without_action"] and len(items) < 22:
            items.append(dict(reason="without_action", record="appeal", id=a["id"], number=a["number"], title=a["subject"], due=None, days_left=None, unit_name="", person=a["correspondent_name"],
                              status=a["status"], status_label="зарегистрировано", next_action="assign", note=a["text"], version=a["version"], actions=a["actions"]))
    order = ["overdue", "returned", "to_accept", "due_soon", "without_action"]
    items.sort(key=lambda i: (order.index(i["reason"]), i["due"] or "9"))
    return dict(items=items, counts={r: sum(i["reason"] == r for i in items) for r in order})


def person_list(w, p):
    rows = [x for x in w.people if not p.get("kind") or x["kind"] == p["kind"]]
    if p.get("query"):
        rows = [x for x in rows if words_in(x["name"] + " " + x["address"] + " " + x["phone"], p["query"])]
    return page(rows, p)


def person_get(w, p):
    x = dict(find(w.people, p["id"]))
    x.update(contacts=[dict(kind="mobile", value=x["phone"]), dict(kind="home", value="2-14-33")], merged=[dict(merge=1, id=99, name="Иванова М. П.", address="ул. Щёголева, 3", at=moment(-9), undo_until=day(21))],
             appeals=[dict(id=a["id"], number=a["number"], registered=a["registered"], status=a["status"], subject=a["subject"]) for a in w.appeals if a["correspondent_id"] == x["id"]][:9], history=[])
    return x


def candidates(w, p):
    short = lambda x: dict(id=x["id"], number=x["number"], registered=x["registered"], status=x["status"], subject=x["subject"], correspondent_name=x["correspondent_name"], similarity=0.87)
    return dict(duplicates=[short(a) for a in w.appeals if p.get("text") and a["text"][:25] == p["text"][:25]][:2],
                repeated=[short(a) for a in w.appeals if p.get("correspondent") and a["correspondent_id"] == p["correspondent"]][:3],
                same_issue=[short(a) for a in w.appeals if p.get("address") and p["address"] in a["subject"]][:3])


def write(w, method, p):
    """Every write: the same request_id gets the same answer, a stale version a conflict, the rest is done as far as a screen can see."""
    key = p.get("request_id")
    if key and key in w.done:
        return w.done[key]
    record, action = method.split(".")
    missing = next((q for q in OPS.get(method, ("", []))[1] if q["required"] and q["name"] != "id" and p.get(q["name"]) in (None, "")), None)
    if missing:
        raise Fault(-32602, "обязательное поле", name="invalid_params", field=missing["name"], reason="required")
    if "провал" in json.dumps(p, ensure_ascii=False):
        raise Fault(1004, "Есть неисполненные поручения", name="rule", rule="open_assignments")
    if method == "appeal.register":
        a = w.appeal(len(w.appeals) + 1)
        who = next((x for x in w.people if x["id"] == p.get("correspondent")), None)
        a.update(subject=p.get("subject") or p.get("text", "")[:80], text=p.get("text", ""), status="registered", without_action=True, due=day(30), registered=day(0), overdue=False, due_soon=False,
                 correspondent_name=who["name"] if who else (p.get("new_correspondent") or {}).get("name"), actions=APPEAL_ACTIONS["registered"], received=p.get("received", day(0)))
        w.appeals.append(a)
        out = dict(id=a["id"], number=a["number"], registered=a["registered"], due=a["due"], version=1)
    elif method == "assignment.create":
        a = w.assignment(len(w.assignments) + 1)
        a.update(title=p["title"], text=p.get("text", ""), due=p.get("due") or day(5), status="issued", actions=ASSIGNMENT_ACTIONS["issued"], appeal_id=p.get("appeal") or (p.get("appeals") or [1])[0])
        w.assignments.append(a)
        out = dict(id=a["id"], number=a["number"], version=1)
    elif method == "correspondent.add":
        x = dict(w.people[0], id=len(w.people) + 1, name=p["name"], phone=p.get("phone", ""), address=p.get("address", ""), appeal_count=0)
        w.people.append(x)
        out = dict(id=x["id"], version=1)
    elif method in ("correspondent.merge", "correspondent.part"):
        return dict(id=p.get("id") or p.get("merge"), version=2)
    else:
        rows = dict(appeal=w.appeals, assignment=w.assignments, correspondent=w.people)[record]
        r = find(rows, p["id"])
        if p.get("version") not in (None, r["version"]):
            raise Fault(1003, "Карточку уже изменил другой пользователь", name="conflict", current=r)
        after = dict(report="reported", accept="accepted", start="in_work", cancel="cancelled", off_control="off_control", answer="answered", forward="forwarded",
                     leave="left", void="void", reopen="considering" if record == "appeal" else "in_work", recall="in_work")
        after["return"] = "returned"
        r["version"] += 1
        if action in after:
            r["status"] = after[action]
            r["actions"] = (APPEAL_ACTIONS if record == "appeal" else ASSIGNMENT_ACTIONS).get(r["status"], [])
        if action == "set":
            r.update({k: v for k, v in p.items() if k not in ("id", "version", "request_id")})
        out = dict(id=r["id"], number=r.get("number"), version=r["version"], status=r.get("status"))
    if key:
        w.done[key] = out
    w.event(record, out["id"], action, out["version"])
    return out


def describe(w, p):
    writes = lambda m: any(q["name"] == "request_id" for q in OPS[m][1])
    return dict(operations=[dict(method=m, summary=o[0], roles=[], write=writes(m), list=m.endswith(".list"), params=o[1]) for m, o in OPS.items()])


def classifier(w, p):
    name = p.get("classifier")
    rows = [(t[0], t[1]) for t in TOPICS] if name == "topic" else CLASSIFIERS.get(name)
    if rows is None:
        raise Fault(1001, "Нет такого справочника", name="not_found")
    return dict(items=[dict(code=c, ru=ru, en=c, label=ru, parent="", ord=i) for i, (c, ru) in enumerate(rows)])


READS = {
    "session.whoami": lambda w, p: dict(id=1, login="clerk", name=USERS[0], roles=["clerk", "head"], unit=3, unit_name="Отдел по работе с обращениями граждан", language="ru",
                                        municipality="Тутаевский район", zone="Europe/Moscow", today=TODAY.isoformat()),
    "session.ping": lambda w, p: dict(pong=True), "session.ahead": lambda w, p: {}, "session.language": lambda w, p: {}, "event.subscribe": lambda w, p: dict(subscribed=True),
    "meta.describe": describe, "classifier.list": classifier,
    "workflow.show": lambda w, p: dict(record=p["record"], states=[dict(id=s[0], label=s[1], final=bool(s[2])) for s in STATES.get(p["record"], [])], transitions=[]),
    "worklist.get": worklist, "appeal.list": appeal_list, "appeal.get": appeal_get, "appeal.candidates": candidates,
    "assignment.list": assignment_list, "assignment.get": assignment_get, "correspondent.list": person_list, "correspondent.get": person_get,
    "correspondent.similar": lambda w, p: dict(items=[dict(id=x["id"], name=x["name"], address=x["address"], phone=x["phone"], why="full_name") for x in w.people
                                                      if p.get("name") and words_in(x["name"], p["name"].split()[0])][:3]),
    "user.list": lambda w, p: page([dict(id=i + 1, login=f"user{i}", name=n, unit_name=UNITS[i % 6]) for i, n in enumerate(USERS) if words_in(n, p.get("query", ""))], p),
    "unit.list": lambda w, p: page([dict(id=i + 1, name=n) for i, n in enumerate(UNITS) if words_in(n, p.get("query", ""))], p),
    "draft.list": lambda w, p: dict(items=[dict(screen=k, body=v, updated=moment(0)) for k, v in w.drafts.items()]),
    "draft.get": lambda w, p: dict(screen=p["screen"], body=w.drafts[p["screen"]], updated=moment(0)) if p["screen"] in w.drafts else None,
    "draft.save": lambda w, p: w.drafts.__setitem__(p["screen"], p["body"]) or {}, "draft.drop": lambda w, p: w.drafts.pop(p["screen"], None) and {} or {},
}


def answer(w, line):
    try:
        q = json.loads(line)
    except ValueError:
        return dict(jsonrpc="2.0", id=None, error=dict(code=-32700, message="Запрос не является JSON"))
    method, p = q.get("method"), q.get("params") or {}
    try:
        with w.lock:
            if method == "test.event":  # a colleague's change, for tests of live screens
                rows = dict(appeal=w.appeals, assignment=w.assignments, correspondent=w.people)[p["record"]]
                r = find(rows, p["id"])
                r.update(p.get("set", {}), version=r["version"] + 1)
                w.event(p["record"], r["id"], "set", r["version"], actor=2)
                result = {}
            elif method in READS:
                result = READS[method](w, p)
            elif method in OPS:
                result = write(w, method, p)
            else:
                raise Fault(-32601, "Такой операции нет")
        return dict(jsonrpc="2.0", id=q.get("id"), result=result)
    except Fault as f:
        return dict(jsonrpc="2.0", id=q.get("id"), error=f.error)


def serve(w, conn, slow, log):
    lock = threading.Lock()

    def send(o):
        with lock:
            try:
                conn.sendall(json.dumps(o, ensure_ascii=False).encode() + b"\n")
            except OSError:
                pass
    for line in conn.makefile("rb"):
        method = line[line.find(b'"method":"') + 10:].split(b'"')[0].decode()
        if log:
            log.write(line.decode())
            log.flush()
        if method in slow:
            time.sleep(slow[method])
        if method == "event.subscribe":
            w.listeners.append(send)
        send(answer(w, line))
    if send in w.listeners:
        w.listeners.remove(send)
    conn.close()


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("state")
    a.add_argument("--appeals", type=int, default=412)
    a.add_argument("--slow", action="append", default=[])
    a.add_argument("--log")
    o = a.parse_args()
    slow = {m: float(s) for m, s in (x.split("=") for x in o.slow)}
    os.makedirs(f"{o.state}/run", exist_ok=True)
    path = f"{o.state}/run/admin.sock"
    if os.path.exists(path):
        os.unlink(path)
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(16)
    print("fake core: ready", flush=True)
    w, log = World(o.appeals), open(o.log, "a") if o.log else None
    while True:
        conn, _ = s.accept()
        threading.Thread(target=serve, args=(w, conn, slow, log), daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())

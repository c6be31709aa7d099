"""Scale: run inside pytest on PostgreSQL: N people in one community + whole district."""
import pytest, time, random
from datetime import date, timedelta
from django.utils import timezone
from django.db import connection
from django.db.models import Q
pytestmark = pytest.mark.django_db
def test_scale(actor_of, now):
    from linli.foundation.areas.models import Area
    from linli.register.homes.models import Estate, Building, Dwelling
    from linli.register.people.models import Person, Household, Tag, Spell
    from linli.apps.visits.models import Visit, Assignment
    from linli.apps.visits import queries as q
    from linli.apps.visits.queries import plan, rate, assigned
    from linli.lib.prefix import within
    import uuid
    office = actor_of("community-worker")
    rnd = random.Random(1)
    comms = list(Area.objects.filter(level="community").values_list("pk", flat=True))
    subs = {c: list(Area.objects.filter(pk__startswith=c, level="subgrid").values_list("pk", flat=True)) or [c] for c in comms}
    C="320105001001"
    PER = 6000
    t=time.time()
    from linli.register.people.models.event import PopulationEvent
    for c in comms:
        n = 20000 if c==C else PER
        est=Estate.objects.create(area_id=c,name="大院")
        bl=Building.objects.bulk_create([Building(area_id=rnd.choice(subs[c]),estate=est,code=f"{c}{i:05d}",name=f"{i}幢",address=f"大院{i}幢") for i in range(n//100)])
        dw=Dwelling.objects.bulk_create([Dwelling(building=b,area_id=b.area_id,entrance=f"{j%3+1}单元",floor=j//3,room=f"{j//3+1}0{j%3+1}",address=f"{b.address}{j}") for b in bl for j in range(40)],batch_size=5000)
        hh=Household.objects.bulk_create([Household(area_id=d.area_id,dwelling=d,size=2 if k%5 else 3,began_on=date(2020,1,1)) for k,d in enumerate(dw)],batch_size=5000)
        pp=[Person(district_id="320105",area_id=hh[i%len(hh)].area_id,household=hh[i%len(hh)],dwelling=dw[i%len(hh)],name="张三",born=date(1930,1,1)+timedelta(days=rnd.randrange(34000)),created_at=now,updated_at=now) for i in range(n)]
        pp=Person.objects.bulk_create(pp,batch_size=5000)
        old=[p for p in pp if p.born<=date(1966,1,1)]
        tg=[]
        for p in old:
            if p.born<=date(1946,11,1): tg.append(Tag(person=p,kind="aged",source="computed",since=date(2024,1,1),recorded_at=now-timedelta(days=100)))
            if rnd.random()<.35: tg.append(Tag(person=p,kind=rnd.choice(["living_alone","empty_nest"]),source="computed",since=date(2024,1,1),recorded_at=now-timedelta(days=100)))
        Tag.objects.bulk_create(tg,batch_size=5000)
        ev=PopulationEvent.objects.bulk_create([PopulationEvent(person=p,household_id=p.household_id,area_id=p.area_id,kind="entry",happened_on=date(2020,1,1),reported_at=now-timedelta(days=300)) for p in pp],batch_size=5000)
        Spell.objects.bulk_create([Spell(person=p,area_id=p.area_id,household_id=p.household_id,dwelling_id=p.dwelling_id,kind="registered",valid_from=date(2020,1,1),recorded_at=now,opened_by=e) for p,e in zip(pp,ev)],batch_size=5000)
        tagged={x.person_id for x in tg}
        Visit.objects.bulk_create([Visit(person_id=pk,area_id=C,way="home",outcome="met",visited_at=now-timedelta(days=7*k+rnd.randrange(10)),recorded_at=now,submission_key=uuid.uuid4().hex) for pk in tagged for k in range(4)],batch_size=5000)
        if c==C: b0=bl
    with connection.cursor() as cur: cur.execute("ANALYZE")
    print("made", time.time()-t, Person.objects.count(), Tag.objects.count(), Visit.objects.count())
    Assignment.objects.bulk_create([Assignment(post_id=office.post_id,building=b,area_id=b.area_id,since=now.date(),made_in=uuid.uuid4(),recorded_at=now) for b in b0[:25]])
    def timed(name,f):
        best=[]
        for _ in range(3):
            a=time.time(); r=f(); best.append(time.time()-a)
        print(f"{name}: {min(best)*1000:.0f} ms", r if isinstance(r,(int,tuple)) else len(r))
    today=now.date()
    timed("worker today", lambda: q.due_of_worker(office,today))
    book=assigned.roster(C,today)
    timed("community plan", lambda: plan.due(Q(**within("area_id",C)),book,C,today))
    timed("loads", lambda: assigned.loads(C,today)[0])
    m=rate.month_of(today,today)
    timed("rate community", lambda: rate.rate(C,m).should)
    timed("rate district", lambda: (rate.rate("320105",m).should,rate.rate("320105",m).done))
    timed("rates below district", lambda: rate.rates_below("320105",m))
    timed("missed", lambda: list(rate.missed(C,m)))

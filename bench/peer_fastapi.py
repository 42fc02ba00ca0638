"""The usual JSON API: FastAPI, SQLAlchemy's ORM, Pydantic, PyJWT, on SQLite. What Gantry's /api/v1/studies is compared with.

    PEER_DATABASE=FILE uvicorn --workers 2 peer_fastapi:app
    PEER_DATABASE=FILE peer_fastapi.py COUNT    makes the table; prints the id of a row and a token"""
import os
import sqlite3
import sys
import uuid
from datetime import datetime, timezone
from typing import List

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import Column, Integer, String, create_engine, event, func
from sqlalchemy.orm import Session, declarative_base, sessionmaker
from sqlalchemy.pool import QueuePool

SECRET = "only-for-this-comparison-on-this-machine"
FILE = os.environ["PEER_DATABASE"]
TEXTS = ("study_date study_time accession_number study_id study_description referring_physician_name patient_name patient_id "
         "issuer_of_patient_id patient_birth_date patient_sex modalities").split()

engine = create_engine("sqlite:///" + FILE, connect_args={"check_same_thread": False, "timeout": 60}, poolclass=QueuePool,
                       pool_size=20)
Sessions = sessionmaker(engine)
Base = declarative_base()


@event.listens_for(engine, "connect")
def durable(connection, _):
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class Study(Base):
    __tablename__ = "study"
    id = Column(String, primary_key=True)
    created_at = Column(String)
    updated_at = Column(String)
    version = Column(Integer)
    study_instance_uid = Column(String, unique=True)
    study_date = Column(String, index=True)
    study_time = Column(String)
    accession_number = Column(String)
    study_id = Column(String)
    study_description = Column(String)
    referring_physician_name = Column(String)
    patient_name = Column(String)
    patient_id = Column(String)
    issuer_of_patient_id = Column(String)
    patient_birth_date = Column(String)
    patient_sex = Column(String)
    modalities = Column(String)
    series_count = Column(Integer)
    instance_count = Column(Integer)
    size = Column(Integer)
    state = Column(String)


class NewStudy(BaseModel):
    study_date: str = ""
    study_time: str = ""
    accession_number: str = ""
    study_id: str = ""
    study_description: str = ""
    referring_physician_name: str = ""
    patient_name: str
    patient_id: str
    issuer_of_patient_id: str = ""
    patient_birth_date: str = ""
    patient_sex: str = ""
    modalities: str = ""


class StudyOut(NewStudy):
    id: str
    created_at: str
    updated_at: str
    version: int
    study_instance_uid: str
    series_count: int
    instance_count: int
    size: int
    state: str

    class Config:
        orm_mode = True


class Page(BaseModel):
    items: List[StudyOut]
    total: int
    page: int
    page_size: int


def session():
    with Sessions() as s:
        yield s


def user(credentials: HTTPAuthorizationCredentials = Depends(HTTPBearer())):
    try:
        return jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        raise HTTPException(401)


app = FastAPI()


@app.get("/healthz")
def health():
    return {"status": "ok"}


@app.get("/studies", response_model=Page)
def list_studies(page: int = 1, page_size: int = 50, s: Session = Depends(session), _: str = Depends(user)):
    total = s.query(func.count(Study.id)).scalar()
    items = s.query(Study).order_by(Study.study_date.desc()).offset((page - 1) * page_size).limit(page_size).all()
    return Page(items=items, total=total, page=page, page_size=page_size)


@app.get("/studies/{key}", response_model=StudyOut)
def get_study(key: str, s: Session = Depends(session), _: str = Depends(user)):
    study = s.get(Study, key)
    if study is None:
        raise HTTPException(404)
    return study


@app.post("/studies", response_model=StudyOut, status_code=201)
def create_study(new: NewStudy, s: Session = Depends(session), _: str = Depends(user)):
    now, key = datetime.now(timezone.utc).isoformat(), uuid.uuid4()
    study = Study(id=str(key), created_at=now, updated_at=now, version=1, study_instance_uid=f"2.25.{key.int}", series_count=0,
                  instance_count=0, size=0, state="received", **new.dict())
    s.add(study)
    s.commit()
    return study


def fill(count, person):
    """The table with count rows made by person(n), by straight SQL; the id of one of them."""
    Base.metadata.create_all(engine)
    names = [c.name for c in Study.__table__.columns]
    def row(n):
        p, key = person(n), str(uuid.UUID(int=n + 1))
        facts = {"study_date": p["date"], "study_time": p["time"], "accession_number": p["accession"], "study_id": str(n),
                 "study_description": p["description"], "referring_physician_name": p["referrer"], "patient_name": p["name"],
                 "patient_id": p["id"], "patient_birth_date": p["birth"], "patient_sex": p["sex"], "modalities": p["modality"],
                 "issuer_of_patient_id": "", "id": key, "created_at": "2026-01-01T00:00:00.000000Z",
                 "updated_at": "2026-01-01T00:00:00.000000Z", "version": 1, "study_instance_uid": p["uid"], "series_count": 1,
                 "instance_count": 1, "size": 900, "state": "received"}
        return [facts[name] for name in names]
    connection = sqlite3.connect(FILE)
    connection.executemany(f"INSERT INTO study ({','.join(names)}) VALUES ({','.join('?' * len(names))})", map(row, range(count)))
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()
    return str(uuid.UUID(int=count // 2))


if __name__ == "__main__":
    from data import person as data_person
    print(fill(int(sys.argv[1]), data_person), jwt.encode({"sub": "bench", "exp": 4102444800}, SECRET, algorithm="HS256"))

"""Which distributions provide which modules, and what well-known distributions bring along.

A table of what authors use most; a module that is not in it may come from any distribution. Asks
no index.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_NAME = re.compile(
    r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^\s].*)?"
)

#: Module → distributions that provide it, the usual one first. A module whose distribution has
#: another name, or that authors use often.
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "Crypto": ("pycryptodome", "pycrypto"),
    "Levenshtein": ("levenshtein", "python-levenshtein"),
    "MySQLdb": ("mysqlclient",),
    "OpenSSL": ("pyopenssl",),
    "PIL": ("pillow", "pillow-simd"),
    "absl": ("absl-py",),
    "accelerate": ("accelerate",),
    "aiohttp": ("aiohttp",),
    "airflow": ("apache-airflow", "apache-airflow-core"),
    "altair": ("altair",),
    "apache_beam": ("apache-beam",),
    "attr": ("attrs",),
    "attrs": ("attrs",),
    "bokeh": ("bokeh",),
    "boto3": ("boto3",),
    "botocore": ("botocore",),
    "bs4": ("beautifulsoup4",),
    "catboost": ("catboost",),
    "click": ("click",),
    "cv2": (
        "opencv-python",
        "opencv-python-headless",
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
    ),
    "dask": ("dask",),
    "datasets": ("datasets",),
    "dateutil": ("python-dateutil",),
    "deltalake": ("deltalake",),
    "docker": ("docker",),
    "docx": ("python-docx",),
    "dotenv": ("python-dotenv",),
    "duckdb": ("duckdb",),
    "evidently": ("evidently",),
    "faiss": ("faiss-cpu", "faiss-gpu"),
    "fastapi": ("fastapi",),
    "fastparquet": ("fastparquet",),
    "feast": ("feast",),
    "fitz": ("pymupdf",),
    "flask": ("flask",),
    "fsspec": ("fsspec",),
    "gcsfs": ("gcsfs",),
    "gensim": ("gensim",),
    "git": ("gitpython",),
    "great_expectations": ("great-expectations",),
    "grpc": ("grpcio",),
    "h5py": ("h5py",),
    "haystack": ("haystack-ai", "farm-haystack"),
    "httpx": ("httpx",),
    "huggingface_hub": ("huggingface-hub",),
    "imblearn": ("imbalanced-learn",),
    "jax": ("jax",),
    "jinja2": ("jinja2",),
    "joblib": ("joblib",),
    "jose": ("python-jose",),
    "jwt": ("pyjwt",),
    "keras": ("keras",),
    "kubernetes": ("kubernetes",),
    "langchain": ("langchain",),
    "lightgbm": ("lightgbm",),
    "lightning": ("lightning",),
    "lxml": ("lxml",),
    "magic": ("python-magic",),
    "matplotlib": ("matplotlib",),
    "minio": ("minio",),
    "mlflow": ("mlflow", "mlflow-skinny"),
    "model_registry": ("model-registry",),
    "mpl_toolkits": ("matplotlib",),
    "networkx": ("networkx",),
    "nltk": ("nltk",),
    "numba": ("numba",),
    "numpy": ("numpy",),
    "onnx": ("onnx",),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "openai": ("openai",),
    "openpyxl": ("openpyxl",),
    "optuna": ("optuna",),
    "pandas": ("pandas",),
    "peft": ("peft",),
    "plotly": ("plotly",),
    "polars": ("polars", "polars-lts-cpu"),
    "pptx": ("python-pptx",),
    "prometheus_client": ("prometheus-client",),
    "prophet": ("prophet",),
    "psutil": ("psutil",),
    "psycopg2": ("psycopg2", "psycopg2-binary"),
    "pyarrow": ("pyarrow",),
    "pycaret": ("pycaret",),
    "pydantic": ("pydantic",),
    "pymongo": ("pymongo",),
    "pymysql": ("pymysql",),
    "pyodbc": ("pyodbc",),
    "pyspark": ("pyspark",),
    "pytest": ("pytest",),
    "pytorch_lightning": ("pytorch-lightning",),
    "pytz": ("pytz",),
    "ray": ("ray",),
    "redis": ("redis",),
    "requests": ("requests",),
    "rich": ("rich",),
    "s3fs": ("s3fs",),
    "scipy": ("scipy",),
    "seaborn": ("seaborn",),
    "sentence_transformers": ("sentence-transformers",),
    "serial": ("pyserial",),
    "shap": ("shap",),
    "skimage": ("scikit-image",),
    "sklearn": ("scikit-learn", "scikit-learn-intelex"),
    "skopt": ("scikit-optimize",),
    "slugify": ("python-slugify",),
    "snowflake": ("snowflake-connector-python",),
    "spacy": ("spacy",),
    "sqlalchemy": ("sqlalchemy",),
    "statsmodels": ("statsmodels",),
    "streamlit": ("streamlit",),
    "tabulate": ("tabulate",),
    "tensorboard": ("tensorboard",),
    "tensorflow": (
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-gpu",
        "tensorflow-macos",
        "tf-nightly",
        "intel-tensorflow",
    ),
    "tensorflow_datasets": ("tensorflow-datasets",),
    "tensorflow_hub": ("tensorflow-hub",),
    "tiktoken": ("tiktoken",),
    "tokenizers": ("tokenizers",),
    "toml": ("toml",),
    "torch": ("torch",),
    "torchaudio": ("torchaudio",),
    "torchvision": ("torchvision",),
    "tqdm": ("tqdm",),
    "transformers": ("transformers",),
    "tritonclient": ("tritonclient",),
    "typer": ("typer",),
    "typing_extensions": ("typing-extensions",),
    "uvicorn": ("uvicorn",),
    "wandb": ("wandb",),
    "websocket": ("websocket-client",),
    "xgboost": ("xgboost", "xgboost-cpu"),
    "xlrd": ("xlrd",),
    "yaml": ("pyyaml",),
    "yfinance": ("yfinance",),
    "zmq": ("pyzmq",),
}

_PANDAS = ("numpy", "python-dateutil", "pytz", "six", "tzdata")
_REQUESTS = ("certifi", "charset-normalizer", "chardet", "idna", "urllib3")
_SKLEARN = ("joblib", "narwhals", "numpy", "scipy", "threadpoolctl")
_MATPLOTLIB = (
    *("contourpy", "cycler", "fonttools", "kiwisolver", "numpy", "packaging", "pillow"),
    *("pyparsing", "python-dateutil", "six", "importlib-resources", "zipp"),
)

#: Distribution → all that it brings along, in any of its releases. A distribution that is not a key
#: may bring anything.
BRINGS: dict[str, tuple[str, ...]] = {
    "beautifulsoup4": ("soupsieve", "typing-extensions"),
    "boto3": ("botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"),
    "duckdb": (),
    "httpx": ("anyio", "certifi", "h11", "httpcore", "idna", "sniffio", "typing-extensions"),
    "imbalanced-learn": (*_SKLEARN, "scikit-learn", "sklearn-compat"),
    "jinja2": ("markupsafe",),
    "joblib": (),
    "lightgbm": (*_SKLEARN, "scikit-learn", "wheel"),
    "lxml": (),
    "matplotlib": _MATPLOTLIB,
    "minio": (
        *("argon2-cffi", "argon2-cffi-bindings", "certifi", "cffi", "pycparser", "pycryptodome"),
        *("typing-extensions", "urllib3"),
    ),
    "networkx": (),
    "numpy": (),
    "openpyxl": ("et-xmlfile",),
    "pandas": _PANDAS,
    "pillow": (),
    "polars": ("polars-runtime-32",),
    "pyarrow": ("numpy",),
    "python-dateutil": ("six",),
    "pytz": (),
    "pyyaml": (),
    "requests": _REQUESTS,
    "scikit-learn": _SKLEARN,
    "scipy": ("numpy",),
    "seaborn": (*_MATPLOTLIB, *_PANDAS, "matplotlib", "pandas", "scipy", "statsmodels", "patsy"),
    "six": (),
    "tabulate": ("wcwidth",),
    "tqdm": ("colorama",),
    "xgboost": ("numpy", "nvidia-nccl-cu12", "scipy"),
}


def closure_of(names: Collection[str]) -> frozenset[str]:
    """Return the distributions and all that the table says they bring along."""
    return frozenset(names) | {brought for name in names for brought in BRINGS.get(name, ())}


def import_guesses(module: str) -> frozenset[str]:
    """Return the distributions that may provide a module: those of the table and its namesake."""
    name = normalised(module)
    return frozenset({*DISTRIBUTIONS.get(module, ()), name, f"python-{name}", f"py{name}"})


def requirement_name(requirement: str) -> str | None:
    """Return the normalised distribution of a requirement, or None where only a place is given."""
    match = _NAME.fullmatch(requirement)
    rest = (match[2] or "") if match is not None else ":"
    if match is None or re.match(r"[A-Za-z+]*:|[/\\]", rest):
        return None
    return normalised(match[1])


def normalised(name: str) -> str:
    """Return a distribution's name in the form in which names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()

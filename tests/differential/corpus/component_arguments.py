"""Every argument of @dsl.component, alone and together."""
import os
import textwrap
from typing import List

from kfp import dsl


@dsl.component
def plain(text: str) -> str:
    return text


@dsl.component()
def called_decorator(text: str = 'hi') -> str:
    return text


@dsl.component(base_image='python:3.9-slim')
def with_image(number: int):
    print(number)


@dsl.component(base_image='python:3.12', packages_to_install=['pandas==1.5.3', 'scikit-learn==1.2.2'])
def with_packages(rows: int) -> int:
    import pandas as pd
    return int(pd.DataFrame({'x': range(rows)})['x'].sum())


@dsl.component(
    base_image='python:3.10',
    packages_to_install=["numpy>=1.20,<2; python_version < '3.12'", 'requests[socks]', 'git+https://example.com/org/repo.git@main'],
    pip_index_urls=['https://mirror.example.com/simple'],
)
def one_index(x: float) -> float:
    return x * 2


@dsl.component(
    base_image='python:3.10',
    packages_to_install=['requests'],
    pip_index_urls=['https://mirror.example.com/simple', 'https://second.example.com/simple', 'https://third.example.com/simple'],
)
def several_indexes(x: float) -> float:
    return x * 2


@dsl.component(
    packages_to_install=['requests'],
    pip_index_urls=['http://mirror.example.com/simple', 'http://second.example.com/simple'],
    pip_trusted_hosts=['mirror.example.com', 'second.example.com:8080'],
)
def trusted_hosts(x: float) -> float:
    return x * 2


@dsl.component(pip_index_urls=['http://mirror.example.com/simple'], pip_trusted_hosts=[])
def no_trusted_hosts(x: float) -> float:
    return x * 2


@dsl.component(pip_trusted_hosts=['mirror.example.com'])
def hosts_without_index(x: bool) -> bool:
    return not x


@dsl.component(install_kfp_package=False)
def without_kfp(x: int) -> int:
    return x


@dsl.component(install_kfp_package=False, packages_to_install=['tqdm'])
def without_kfp_but_packages(x: int) -> int:
    return x


@dsl.component(packages_to_install=['kfp==2.9.0', 'tqdm'])
def brings_own_kfp(x: int) -> int:
    return x


@dsl.component(packages_to_install=['tqdm', 'kfp-kubernetes'])
def brings_kfp_kubernetes(x: int) -> int:
    return x


@dsl.component(kfp_package_path='git+https://example.com/kubeflow/pipelines.git@master#subdirectory=sdk/python')
def kfp_from_git(x: int) -> int:
    return x


@dsl.component(kfp_package_path='git+https://example.com/kubeflow/pipelines.git@refs/pull/1/merge')
def kfp_from_pull_request(x: int) -> int:
    return x


@dsl.component(kfp_package_path=os.path.dirname(os.path.abspath(__file__)))
def kfp_from_existing_path(x: int) -> int:
    return x


@dsl.component(use_venv=True)
def in_venv(x: int) -> int:
    return x


@dsl.component(use_venv=True, packages_to_install=['yapf'], pip_index_urls=['https://mirror.example.com/simple'])
def in_venv_with_packages(x: int) -> int:
    return x


@dsl.component(use_venv=True, install_kfp_package=False, packages_to_install=['yapf'])
def in_venv_without_kfp(x: int) -> int:
    return x


@dsl.component(target_image='registry.example.com/team/trainer:v1')
def containerized(x: int) -> int:
    return x


@dsl.component(base_image='python:3.11', target_image='registry.example.com/team/trainer:v2', packages_to_install=['torch'])
def containerized_with_packages(x: int, y: str = 'z') -> str:
    return y * x


@dsl.component(target_image='registry.example.com/team/trainer:v3', kfp_package_path='kfp==2.1.0', use_venv=True)
def containerized_all(x: int) -> int:
    return x


def shout(text: str) -> str:
    return text.upper() + '!'


def double(text):
    """A function with a docstring and 'quotes' and "double quotes"."""
    return text + text


@dsl.component(additional_funcs=[shout, double])
def with_helpers(text: str) -> str:
    return shout(double(text))


@dsl.component(base_image='python:3.11', packages_to_install=[])
def no_packages(text: str) -> str:
    return text


@dsl.component(
    base_image='python:3.11',
    packages_to_install=['a'],
    # a comment in the decorator
)
# a comment between decorator and function
def commented(
        text: str,  # first
        other: int = 3,
) -> str:
    # body's comment
    braces = {'a': {'b': [1, 2]}}
    text = f'{text}{{}}{other}{braces}' + '\n\t\\ {{$.inputs}}'
    return """multi
    line
""" + text


@dsl.component(install_kfp_package=True, packages_to_install=["it's==1"])
def quoted_package(x: int) -> int:
    return x


@dsl.component(base_image='python:3.11')
def nothing():
    pass


@dsl.component(base_image='')
def empty_image():
    pass


def factory():

    @dsl.component(base_image='python:3.11')
    def inner_component(text: str) -> str:

        def local(x):
            return x

        return local(text)

    return inner_component


def from_lambda_style(text: str) -> List[str]:
    """Split text.

    Args:
        text: What to split.

    Returns:
        The parts.
    """
    return text.split()


decorated_later = dsl.component(from_lambda_style, base_image='python:3.8')
decorated_with_call = dsl.component(base_image='python:3.8')(textwrap.dedent and from_lambda_style)


@dsl.pipeline(name='all-decorator-arguments')
def all_arguments(x: int = 1, f: float = 0.5, text: str = 'hello', flag: bool = True):
    plain(text=text)
    called_decorator()
    with_image(number=x)
    with_packages(rows=x)
    one_index(x=f)
    several_indexes(x=f)
    trusted_hosts(x=f)
    no_trusted_hosts(x=f)
    hosts_without_index(x=flag)
    without_kfp(x=x)
    without_kfp_but_packages(x=x)
    brings_own_kfp(x=x)
    brings_kfp_kubernetes(x=x)
    kfp_from_git(x=x)
    kfp_from_pull_request(x=x)
    in_venv(x=x)
    in_venv_with_packages(x=x)
    in_venv_without_kfp(x=x)
    containerized(x=x)
    containerized_with_packages(x=x)
    containerized_all(x=x)
    with_helpers(text=text)
    no_packages(text=text)
    commented(text=text)
    quoted_package(x=x)
    nothing()
    factory()(text=text)
    decorated_later(text=text)
    decorated_with_call(text=text)


PIPELINES = {
    'all arguments': all_arguments,
    'plain': plain,
    'several indexes': several_indexes,
    'trusted hosts': trusted_hosts,
    'venv with packages': in_venv_with_packages,
    'containerized': containerized_with_packages,
    'helpers': with_helpers,
    'commented': commented,
    'nothing': nothing,
    'empty image': empty_image,
    'kfp from an existing path': kfp_from_existing_path,
    'inner component': factory(),
}

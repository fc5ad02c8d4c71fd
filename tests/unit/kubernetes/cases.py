"""Uses of every function: ``k`` the functions, ``t`` a task, ``p`` an input, ``o`` an output."""

from __future__ import annotations

CASES = {}


def case(use):
    CASES[use.__name__] = use
    return use


@case
def secret_env(k, t, p, o):
    k.use_secret_as_env(t, "s", {"a": "A", "b": "B"})


@case
def secret_env_opt(k, t, p, o):
    k.use_secret_as_env(t, "s", {"a": "A"}, optional=True)
    k.use_secret_as_env(t, secret_name="s2", secret_key_to_env={"z": "Z"})


@case
def secret_env_same(k, t, p, o):
    k.use_secret_as_env(t, "s", {"a": "A"})
    k.use_secret_as_env(t, "s", {"b": "B"})


@case
def secret_env_param(k, t, p, o):
    k.use_secret_as_env(t, p, {"a": "A"})


@case
def secret_env_out(k, t, p, o):
    k.use_secret_as_env(t, o, {"a": "A"})


@case
def secret_env_empty(k, t, p, o):
    k.use_secret_as_env(t, "s", {})


@case
def secret_vol(k, t, p, o):
    k.use_secret_as_volume(t, "s", "/m")


@case
def secret_vol_out(k, t, p, o):
    k.use_secret_as_volume(t, o, "/m", optional=True)


@case
def secret_vol_param(k, t, p, o):
    k.use_secret_as_volume(t, p, mount_path="/m")


@case
def secret_bad(k, t, p, o):
    k.use_secret_as_volume(t, 5, mount_path="/m")


@case
def secret_bad2(k, t, p, o):
    k.use_secret_as_env(t, 5, {"a": "A"})


@case
def secret_bad3(k, t, p, o):
    k.use_secret_as_env(t, "s", {"a": 5})


@case
def secret_none(k, t, p, o):
    k.use_secret_as_env(t, None, {"a": "A"})


@case
def cm_env(k, t, p, o):
    k.use_config_map_as_env(t, "s", {"a": "A"})
    k.use_config_map_as_env(t, p, {"a": "A"}, optional=True)


@case
def cm_env_out(k, t, p, o):
    k.use_config_map_as_env(t, o, {"a": "A"})


@case
def cm_vol(k, t, p, o):
    k.use_config_map_as_volume(t, "s", "/m")
    k.use_config_map_as_volume(t, o, "/n", True)


@case
def cm_bad(k, t, p, o):
    k.use_config_map_as_volume(t, 5, mount_path="/m")


@case
def pvc(k, t, p, o):
    k.mount_pvc(t, "c", "/m")
    k.mount_pvc(t, p, "/n")
    k.mount_pvc(t, o, mount_path="/o", sub_path="x")


@case
def pvc_param_only(k, t, p, o):
    k.mount_pvc(t, p, "/n")


@case
def pvc_out_only(k, t, p, o):
    k.mount_pvc(t, o, "/n", "")


@case
def pvc_bad(k, t, p, o):
    k.mount_pvc(t, 5, "/m")


@case
def empty_dir(k, t, p, o):
    k.empty_dir_mount(t, "v", "/m")
    k.empty_dir_mount(t, "w", "/n", "Memory", "1Gi")


@case
def empty_dir_m(k, t, p, o):
    k.empty_dir_mount(t, volume_name="v", mount_path="/m", size_limit="5Mi")


@case
def eph(k, t, p, o):
    k.add_ephemeral_volume(t, "v", "/m", ["ReadWriteOnce"], "5Gi")


@case
def eph2(k, t, p, o):
    k.add_ephemeral_volume(
        t,
        volume_name="v",
        mount_path="/m",
        access_modes=["ReadWriteOnce", "X"],
        size="5Gi",
        storage_class_name="sc",
        labels={"l": "1"},
        annotations={"a": "2"},
    )


@case
def eph3(k, t, p, o):
    k.add_ephemeral_volume(t, "v", "/m", [], "5Gi", storage_class_name="")


@case
def nodesel(k, t, p, o):
    k.add_node_selector(t, "a", "b")
    k.add_node_selector(t, "c", "d")


@case
def nodesel_over(k, t, p, o):
    k.add_node_selector(t, "a", "b")
    k.add_node_selector(t, "a", "d")


@case
def nodesel_json(k, t, p, o):
    k.add_node_selector_json(t, p)


@case
def nodesel_json_out(k, t, p, o):
    k.add_node_selector_json(t, o)


@case
def nodesel_json_d(k, t, p, o):
    k.add_node_selector_json(t, {"a": "b", "n": 1})


@case
def nodesel_both(k, t, p, o):
    k.add_node_selector(t, "a", "b")
    k.add_node_selector_json(t, {"a": "b"})


@case
def nodesel_both2(k, t, p, o):
    k.add_node_selector_json(t, {"a": "b"})
    k.add_node_selector(t, "a", "b")


@case
def nodesel_json_bad(k, t, p, o):
    k.add_node_selector_json(t, "x")


@case
def aff(k, t, p, o):
    k.add_node_affinity(t, match_expressions=[{"key": "k", "operator": "In", "values": ["a", "b"]}])


@case
def aff2(k, t, p, o):
    k.add_node_affinity(
        t,
        match_expressions=[{"key": "k", "operator": "Exists"}],
        match_fields=[{"key": "metadata.name", "operator": "In", "values": ["n"]}],
        weight=5,
    )


@case
def aff3(k, t, p, o):
    k.add_node_affinity(
        t, match_fields=[{"key": "metadata.name", "operator": "In", "values": ["n"]}]
    )
    k.add_node_affinity(t, [{"key": "k", "operator": "Gt", "values": ["1"]}], weight=100)


@case
def aff_none(k, t, p, o):
    k.add_node_affinity(t)


@case
def aff_w0(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "Exists"}], weight=0)


@case
def aff_w101(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "Exists"}], weight=101)


@case
def aff_op(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "in", "values": ["x"]}])


@case
def aff_nokey(k, t, p, o):
    k.add_node_affinity(t, [{"operator": "In", "values": ["x"]}])


@case
def aff_noop(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "values": ["x"]}])


@case
def aff_noval(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "In"}])


@case
def aff_existsval(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "Exists", "values": ["x"]}])


@case
def aff_gt2(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "Gt", "values": ["x", "y"]}])


@case
def aff_gtx(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "Gt", "values": ["x"]}])


@case
def aff_empty(k, t, p, o):
    k.add_node_affinity(t, [])


@case
def aff_extra(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "In", "values": ["x"], "zz": 1}])


@case
def aff_vals_int(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "In", "values": [1]}])


@case
def aff_wstr(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "Exists"}], weight="5")


@case
def affj(k, t, p, o):
    k.add_node_affinity_json(
        t,
        {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [
                    {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}
                ]
            }
        },
    )


@case
def affj_pref(k, t, p, o):
    k.add_node_affinity_json(
        t,
        {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {
                    "weight": 3,
                    "preference": {
                        "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]
                    },
                }
            ]
        },
    )


@case
def affj_param(k, t, p, o):
    k.add_node_affinity_json(t, p)


@case
def affj_out(k, t, p, o):
    k.add_node_affinity_json(t, o)


@case
def affj_twice(k, t, p, o):
    k.add_node_affinity_json(t, p)
    k.add_node_affinity_json(t, o)


@case
def affj_after_aff(k, t, p, o):
    k.add_node_affinity(t, [{"key": "k", "operator": "Exists"}])
    k.add_node_affinity_json(t, p)
    k.add_node_affinity(t, [{"key": "k2", "operator": "Exists"}])
    k.add_node_affinity_json(t, o)


@case
def affj_bad(k, t, p, o):
    k.add_node_affinity_json(t, {"x": 1})


@case
def affj_bad2(k, t, p, o):
    k.add_node_affinity_json(t, "x")


@case
def affj_bad3(k, t, p, o):
    k.add_node_affinity_json(t, {"requiredDuringSchedulingIgnoredDuringExecution": {}})


@case
def affj_bad4(k, t, p, o):
    k.add_node_affinity_json(
        t, {"preferredDuringSchedulingIgnoredDuringExecution": [{"preference": {}}]}
    )


@case
def affj_empty(k, t, p, o):
    k.add_node_affinity_json(t, {})


@case
def affj_snake(k, t, p, o):
    k.add_node_affinity_json(
        t,
        {
            "required_during_scheduling_ignored_during_execution": {
                "node_selector_terms": [
                    {"match_expressions": [{"key": "a", "operator": "In", "values": ["b"]}]}
                ]
            }
        },
    )


@case
def affj_badop(k, t, p, o):
    k.add_node_affinity_json(
        t,
        {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [
                    {"matchExpressions": [{"key": "a", "operator": "Inn", "values": ["b"]}]}
                ]
            }
        },
    )


@case
def affj_wt(k, t, p, o):
    k.add_node_affinity_json(
        t,
        {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": "x", "preference": {"matchExpressions": []}}
            ]
        },
    )


@case
def affj_unknown_in(k, t, p, o):
    k.add_node_affinity_json(
        t,
        {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchX": []}]}},
    )


@case
def tol(k, t, p, o):
    k.add_toleration(t, "k", "Equal", "v", "NoSchedule", 5)
    k.add_toleration(t, operator="Exists")


@case
def tol2(k, t, p, o):
    k.add_toleration(t, key="k", operator="Exists", effect="NoExecute", toleration_seconds=0)


@case
def tol_none(k, t, p, o):
    k.add_toleration(t)


@case
def tol_badop(k, t, p, o):
    k.add_toleration(t, "k", "In")


@case
def tol_badeff(k, t, p, o):
    k.add_toleration(t, "k", "Equal", "v", "Never")


@case
def tol_existsv(k, t, p, o):
    k.add_toleration(t, "k", "Exists", "v")


@case
def tol_eqnok(k, t, p, o):
    k.add_toleration(t, operator="Equal", value="v")


@case
def tol_sec(k, t, p, o):
    k.add_toleration(t, "k", "Equal", "v", "NoSchedule", -1)


@case
def tol_key(k, t, p, o):
    k.add_toleration(t, "k")


@case
def tolj(k, t, p, o):
    k.add_toleration_json(t, {"key": "a", "operator": "Equal", "value": "b"})


@case
def tolj_list(k, t, p, o):
    k.add_toleration_json(
        t, [{"key": "a", "operator": "Equal", "value": "b"}, {"key": "c", "tolerationSeconds": 5}]
    )


@case
def tolj_param(k, t, p, o):
    k.add_toleration_json(t, p)
    k.add_toleration_json(t, o)


@case
def tolj_bad(k, t, p, o):
    k.add_toleration_json(t, "x")


@case
def label(k, t, p, o):
    k.add_pod_label(t, "a", "b")
    k.add_pod_annotation(t, "c", "d")
    k.add_pod_label(t, "a", "z")


@case
def label_param(k, t, p, o):
    k.add_pod_label(t, "a", p)


@case
def label_int(k, t, p, o):
    k.add_pod_label(t, "a", 5)


@case
def pull(k, t, p, o):
    k.set_image_pull_policy(t, "Always")


@case
def pull2(k, t, p, o):
    k.set_image_pull_policy(t, "IfNotPresent")
    k.set_image_pull_policy(t, "Never")


@case
def pull_bad(k, t, p, o):
    k.set_image_pull_policy(t, "always")


@case
def pullsec(k, t, p, o):
    k.set_image_pull_secrets(t, ["a", "b"])


@case
def pullsec_ch(k, t, p, o):
    k.set_image_pull_secrets(t, [p, o, "x"])


@case
def pullsec_twice(k, t, p, o):
    k.set_image_pull_secrets(t, ["a"])
    k.set_image_pull_secrets(t, ["b"])


@case
def pullsec_empty(k, t, p, o):
    k.set_image_pull_secrets(t, [])


@case
def pullsec_bad(k, t, p, o):
    k.set_image_pull_secrets(t, [5])


@case
def field(k, t, p, o):
    k.use_field_path_as_env(t, "E", "metadata.name")
    k.use_field_path_as_env(t, env_name="F", field_path="metadata.annotations['x']")


@case
def timeout(k, t, p, o):
    k.set_timeout(t, 20)


@case
def timeout0(k, t, p, o):
    k.set_timeout(t, 0)


@case
def timeoutneg(k, t, p, o):
    k.set_timeout(t, -1)


@case
def timeoutstr(k, t, p, o):
    k.set_timeout(t, "20")


@case
def timeoutflt(k, t, p, o):
    k.set_timeout(t, 2.5)


@case
def sc(k, t, p, o):
    k.set_security_context(t, run_as_user=0, run_as_group=5, run_as_non_root=True)


@case
def sc2(k, t, p, o):
    k.set_security_context(t, run_as_user=65534)


@case
def sc3(k, t, p, o):
    k.set_security_context(t, run_as_non_root=False)


@case
def sc_twice(k, t, p, o):
    k.set_security_context(t, run_as_user=1)
    k.set_security_context(t, run_as_group=2)


@case
def sc_none(k, t, p, o):
    k.set_security_context(t)


@case
def sc_neg(k, t, p, o):
    k.set_security_context(t, run_as_user=-1)


@case
def sc_negg(k, t, p, o):
    k.set_security_context(t, run_as_group=-1)


@case
def sc_bool(k, t, p, o):
    k.set_security_context(t, run_as_user=True)


@case
def sc_str(k, t, p, o):
    k.set_security_context(t, run_as_user="5")


@case
def sc_nr(k, t, p, o):
    k.set_security_context(t, run_as_non_root=1)


@case
def sc_conf(k, t, p, o):
    k.set_security_context(t, run_as_user=0, run_as_non_root=True)


@case
def sc_big(k, t, p, o):
    k.set_security_context(t, run_as_user=2**63)


@case
def mixed(k, t, p, o):
    k.set_timeout(t, 5)
    k.add_pod_label(t, "a", "b")
    k.use_secret_as_env(t, "s", {"a": "A"})
    k.mount_pvc(t, "c", "/m")


@case
def chain(k, t, p, o):
    k.set_timeout(t, 5)
    k.add_toleration(t, operator="Exists")
    k.add_ephemeral_volume(t, "v", "/m", ["a"], "1")

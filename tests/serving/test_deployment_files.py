"""The files in serving/ against the schemas of those that read them, and against each other."""

import re
import subprocess
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)
from stand_in_rest import PATH, stand_in_rest
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from kerae.serving.remote_models import BATCH_SIZE
from kerae.serving.server.rest_api import METRICS

pytestmark = pytest.mark.once

FOLDER = Path(__file__).parents[2] / "serving"
# Of tensorflow_model_server in TensorFlow Serving 2.20.0, from its main.cc.
FLAGS = """
    allow_version_labels_for_unavailable_models batching_parameters_file enable_batching
    enable_grpc_healthcheck_service enable_model_warmup enable_per_model_batching_parameters
    enable_profiler enable_serialization_as_tensor_content enable_signature_method_name_check
    file_system_poll_wait_seconds flush_filesystem_caches grpc_channel_arguments grpc_max_threads
    grpc_socket_path load_retry_interval_micros max_num_load_retries mixed_precision
    model_base_path model_config_file model_config_file_poll_wait_seconds model_name
    monitoring_config_file num_load_threads num_request_iterations_for_warmup
    num_tflite_interpreters_per_pool num_tflite_pools num_unload_threads
    per_process_gpu_memory_fraction platform_config_file port prefer_tflite_model
    remove_unused_fields_from_bundle_metagraph rest_api_enable_cors_support rest_api_num_threads
    rest_api_port rest_api_timeout_in_ms saved_model_tags skip_initialize_tpu ssl_config_file
    tensorflow_inter_op_parallelism tensorflow_intra_op_parallelism
    tensorflow_session_config_file tensorflow_session_parallelism thread_pool_factory_config_file
    use_alts_credentials version xla_cpu_compilation_enabled xla_gpu_compilation_enabled
"""
# Messages that tensorflow-serving-api leaves out: the number, the type and the label of each
# field, from session_bundle_config.proto and monitoring_config.proto of the same version.
INT64, STRING, BOOL = (f".google.protobuf.{name}Value" for name in ("Int64", "String", "Bool"))
MESSAGES = {
    "BatchingParameters": {
        "max_batch_size": (1, INT64),
        "batch_timeout_micros": (2, INT64),
        "max_enqueued_batches": (3, INT64),
        "num_batch_threads": (4, INT64),
        "thread_pool_name": (5, STRING),
        "allowed_batch_sizes": (6, "int64", "repeated"),
        "pad_variable_length_inputs": (7, "bool"),
        "enable_large_batch_splitting": (8, BOOL),
        "max_execution_batch_size": (9, INT64),
    },
    "MonitoringConfig": {"prometheus_config": (1, ".tensorflow.serving.PrometheusConfig")},
    "PrometheusConfig": {"enable": (1, "bool"), "path": (2, "string")},
}


@pytest.fixture(scope="module")
def messages():
    """Dict from names to the classes of `MESSAGES`."""
    file = descriptor_pb2.FileDescriptorProto(
        name="serving.proto",
        package="tensorflow.serving",
        syntax="proto3",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, *label) in fields.items():
            field = message.field.add(name=field, number=number)
            field.label = field.LABEL_REPEATED if label else field.LABEL_OPTIONAL
            if kind.startswith("."):
                field.type_name = kind
            else:
                field.type = field.Type.Value(f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    get = pool.FindMessageTypeByName
    return {
        name: message_factory.GetMessageClass(get(f"{file.package}.{name}")) for name in MESSAGES
    }


def text_of(name):
    return (FOLDER / name).read_text()


@pytest.fixture(scope="module")
def models():
    return text_format.Parse(text_of("models.config"), ModelServerConfig()).model_config_list.config


@pytest.fixture(scope="module")
def batching(messages):
    return text_format.Parse(text_of("batching_parameters.txt"), messages["BatchingParameters"]())


@pytest.fixture(scope="module")
def prometheus(messages):
    config = text_format.Parse(text_of("monitoring.config"), messages["MonitoringConfig"]())
    return config.prometheus_config


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(text_of("compose.yaml"))


@pytest.fixture(scope="module")
def service(compose):
    return compose["services"]["tensorflow-serving"]


@pytest.fixture(scope="module")
def kubernetes():
    return {each["kind"]: each for each in yaml.safe_load_all(text_of("kubernetes.yaml"))}


@pytest.fixture(scope="module")
def pod(kubernetes):
    return kubernetes["Deployment"]["spec"]["template"]


@pytest.fixture(scope="module")
def container(pod):
    return pod["spec"]["containers"][0]


@pytest.fixture(scope="module")
def flags(container):
    return dict(argument.removeprefix("--").split("=") for argument in container["args"])


def test_compose_follows_its_specification(compose):
    schema = get_builtin_schema("vendor.compose-spec")
    jsonschema.validate(compose, schema)
    with pytest.raises(jsonschema.ValidationError, match="port"):
        jsonschema.validate({"services": {"a": {"image": "a", "port": ["1:1"]}}}, schema)


def test_kubernetes_accepts_the_manifest(kubernetes):
    assert len(kubernetes) == text_of("kubernetes.yaml").count("\n---\n") + 1
    for document in kubernetes.values():
        version = kubernetes_validate.latest_version()
        kubernetes_validate.validate(document, version, strict=True)


def test_the_server_is_started_alike_by_flags_that_it_has(service, container, flags):
    assert service["entrypoint"] == container["command"] == ["tensorflow_model_server"]
    assert service["command"] == container["args"]
    assert all(argument.startswith("--") for argument in service["command"])
    assert set(flags) <= set(FLAGS.split())
    assert service["image"] == container["image"]
    assert re.fullmatch(r"tensorflow/serving:\d+\.\d+\.\d+", service["image"])


def test_files_named_by_flags_are_mounted(service, kubernetes, pod, container, flags):
    named = {Path(value) for flag, value in flags.items() if flag.endswith("_file")}
    assert {str(path.parent) for path in named} == {"/config"}
    assert {each["target"]: each["source"] for each in service["volumes"]} == {
        "/models": "../saved_models",
        "/config": ".",
    }
    assert (FOLDER / "../saved_models/README.md").exists()
    files = {path.name: text_of(path.name) for path in named}
    assert kubernetes["ConfigMap"]["data"] == files and len(files) == 3
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    volumes = {each["name"]: each for each in pod["spec"]["volumes"]}
    assert set(mounts) == set(volumes)
    assert mounts["config"] == "/config" and mounts["models"] == "/models"
    assert volumes["config"]["configMap"]["name"] == kubernetes["ConfigMap"]["metadata"]["name"]
    claim = kubernetes["PersistentVolumeClaim"]["metadata"]["name"]
    assert volumes["models"]["persistentVolumeClaim"]["claimName"] == claim


def test_models_are_read_only_and_in_the_folder_of_models(service, container, models):
    assert [each.name for each in models] == ["vae_digits"]
    for model in models:
        assert model.base_path == f"/models/{model.name}"
        assert model.model_platform == "tensorflow"
        assert model.model_version_policy.latest.num_versions == 2
    assert all(each["read_only"] for each in service["volumes"])
    mounts = {each["name"]: each for each in container["volumeMounts"]}
    assert mounts["models"]["readOnly"] and mounts["config"]["readOnly"]


def test_ports_agree(service, kubernetes, container, flags):
    rest, grpc = flags["rest_api_port"], flags["port"]
    assert service["ports"] == [f"127.0.0.1:{port}:{port}" for port in (rest, grpc)]
    named = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert named == {"rest": int(rest), "grpc": int(grpc)}
    reached = {each["targetPort"]: each["port"] for each in kubernetes["Service"]["spec"]["ports"]}
    assert reached == named
    assert (rest, grpc) == ("8501", "8500")


def test_objects_of_the_cluster_find_each_other(kubernetes, pod):
    labels = pod["metadata"]["labels"]
    deployment, budget = kubernetes["Deployment"], kubernetes["PodDisruptionBudget"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert kubernetes["Service"]["spec"]["selector"] == labels
    assert budget["spec"]["selector"]["matchLabels"] == labels
    scaler = kubernetes["HorizontalPodAutoscaler"]["spec"]
    assert scaler["scaleTargetRef"] == {
        "apiVersion": deployment["apiVersion"],
        "kind": deployment["kind"],
        "name": deployment["metadata"]["name"],
    }
    assert "replicas" not in deployment["spec"]
    assert budget["spec"]["minAvailable"] < scaler["minReplicas"] <= scaler["maxReplicas"]


def test_prometheus_reads_where_the_server_tells(pod, prometheus, flags):
    assert prometheus.enable and prometheus.path in METRICS
    assert pod["metadata"]["annotations"] == {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": flags["rest_api_port"],
        "prometheus.io/path": prometheus.path,
    }


def test_batches_fit_the_clients_and_the_processors(batching, service, container, flags):
    assert flags["enable_batching"] == "true"
    assert BATCH_SIZE == batching.max_execution_batch_size.value <= batching.max_batch_size.value
    assert batching.enable_large_batch_splitting.value
    # The server checks them against `max_batch_size` in one place, and in another against
    # `max_execution_batch_size`.
    assert not batching.allowed_batch_sizes
    cores = [
        service["deploy"]["resources"]["limits"]["cpus"],
        container["resources"]["limits"]["cpu"],
    ]
    assert cores == [str(batching.num_batch_threads.value)] * 2


def test_probes_ask_what_the_server_knows(container, models):
    for probe, what in (("startup", "/metadata"), ("readiness", "/metadata"), ("liveness", None)):
        get = container[f"{probe}Probe"]["httpGet"]
        assert get["port"] == "rest"
        name, version, label, asked = re.fullmatch(PATH, get["path"]).groups()
        assert (name, version, label, asked) == (models[0].name, None, None, what)


def test_a_request_that_was_taken_is_answered_before_the_end(pod, flags):
    seconds = int(flags["rest_api_timeout_in_ms"]) / 1000
    assert pod["spec"]["terminationGracePeriodSeconds"] > seconds


def test_containers_have_no_rights_that_they_do_not_need(service, pod, container):
    assert service["cap_drop"] == container["securityContext"]["capabilities"]["drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert pod["spec"]["securityContext"]["runAsNonRoot"]
    assert pod["spec"]["automountServiceAccountToken"] is False


def test_the_health_check_tells_a_model_that_is_available(service, flags, models):
    kind, *command = service["healthcheck"]["test"]
    # Compose would put variables in place of dollars.
    assert kind == "CMD" and not any("$" in part for part in command)
    assert f"/{models[0].name}/" in command[-1]

    def status(address):
        host, port = address.split(":")
        assert f"/{host}/{flags['rest_api_port']};" in command[-1]
        here = command[-1].replace(f"/{flags['rest_api_port']};", f"/{port};")
        return subprocess.run([*command[:-1], here], capture_output=True, timeout=30).returncode

    with stand_in_rest() as (address, model):
        assert status(address) == 0
        model.name = "another"
        assert status(address) != 0
    assert status(address) != 0


def test_what_the_readme_names_is_there():
    text = text_of("README.md")
    for name in re.findall(r"`([a-z_]+\.(?:config|txt|yaml))`", text):
        assert (FOLDER / name).exists(), name
    assert {path.name for path in FOLDER.iterdir()} == {
        *re.findall(r"^\| `([a-z_.]+)` \|", text, flags=re.MULTILINE),
        "README.md",
    }

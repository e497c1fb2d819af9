"""Checks the templates in deploy/ without a network: cfn-lint on what was written and on what SAM makes of it, checkov on
the latter, and a few rules of our own. Then breaks copies of them, one fault each, and wants every fault found."""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import stack

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVERLESS, ECS = "serverless/template.yaml", "container/ecs.yaml"

# Advice of checkov that is not followed, each with its reason. One that is given no more has to go.
NOT_FOLLOWED = {
    "CKV_AWS_18": "the bucket's access log: only Easel's roles come in, and CloudTrail can log that where it is wanted",
    "CKV_AWS_26": "the topic's encryption: alarms cannot publish under SNS's own key, and tell no secret",
    "CKV_AWS_27": "the queues' KMS key: they are encrypted with SQS's own, and hold ids",
    "CKV_AWS_65": "container insights: they cost more than the tasks",
    "CKV_AWS_115": "reserved concurrency: it is taken from the account's, of which new ones have ten; API and queue are bounded",
    "CKV_AWS_116": "the functions' dead letters: the queue has its own, and a sweep that failed comes again",
    "CKV_AWS_117": "a VPC: there is nothing in it to reach, and the way out to Discord would want a NAT gateway",
    "CKV_AWS_119": "the table's own KMS key: it is encrypted under the account's, which nobody can delete",
    "CKV_AWS_158": "the logs' KMS key: they are encrypted, and hold neither prompts nor tokens",
    "CKV_AWS_173": "the variables' KMS key: they are encrypted, and none is secret",
}
# What AWS has no resource for.
EVERYWHERE = {"ecr:GetAuthorizationToken"}


class Fault(NamedTuple):
    """The first `old` in a template becomes `new`, and one rule has to see it."""

    template: str
    old: str
    new: str
    rule: str


FAULTS = [
    Fault(SERVERLESS, "dynamodb:BatchGetItem\n", "dynamodb:BatchGetItems\n", "W3037"),
    Fault(SERVERLESS, "!GetAtt DeadLetterQueue.QueueName", "!GetAtt DeadLetterQueue.QueueNam", "E1010"),
    Fault(SERVERLESS, "!Ref FrontLogs", "!Ref FrontLog", "E1020"),
    Fault(SERVERLESS, "Handler: front", "Handlers: front", "SAM"),
    Fault(SERVERLESS, "provided.al2023", "provided.al2032", "E3030"),
    Fault(SERVERLESS, "VisibilityTimeout: 360", "VisibilityTimeout: 30", "E3505"),
    Fault(SERVERLESS, "SqsManagedSseEnabled", "SqsManagedSseEnable", "E3002"),
    Fault(SERVERLESS, "    UpdateReplacePolicy: Retain\n", "", "W3011"),
    Fault(SERVERLESS, "BlockPublicAcls: true", "BlockPublicAcls: false", "CKV_AWS_53"),
    Fault(SERVERLESS, "BlockPublicPolicy: true", "BlockPublicPolicy: false", "CKV_AWS_54"),
    Fault(SERVERLESS, "IgnorePublicAcls: true", "IgnorePublicAcls: false", "CKV_AWS_55"),
    Fault(SERVERLESS, "RestrictPublicBuckets: true", "RestrictPublicBuckets: false", "CKV_AWS_56"),
    Fault(SERVERLESS, "VersioningConfiguration: { Status: Enabled }",
          "VersioningConfiguration: { Status: Suspended }", "CKV_AWS_21"),
    Fault(SERVERLESS, "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "CKV_AWS_28"),
    Fault(SERVERLESS, "RetentionInDays: !Ref LogRetentionDays", "LogGroupClass: STANDARD", "CKV_AWS_66"),
    Fault(SERVERLESS, "AccessLogSettings:", "RouteSettings:", "CKV_AWS_95"),
    Fault(SERVERLESS, "Resource: !GetAtt Table.Arn", 'Resource: "*"', "wide"),
    Fault(SERVERLESS, "Action: sqs:SendMessage", 'Action: "sqs:*"', "wide"),
    Fault(SERVERLESS, "                  - sqs:DeleteMessage\n", "", "poller"),
    Fault(SERVERLESS, '"false"', '"true"', "plain HTTP"),
    Fault(ECS, "ReadonlyRootFilesystem: true", "ReadonlyRootFilesystem: false", "writable root"),
    Fault(ECS, 'Memory: "512"', 'Memory: "4096"', "E3047"),
    Fault(ECS, "Secrets: [{ Name: DISCORD_TOKEN, ValueFrom: !Ref DiscordTokenSecretArn }]",
          "Secrets: [{ Name: DISCORD_TOKEN, Value: !Ref DiscordTokenSecretArn }]", "E3002"),
    Fault(ECS, "MaximumPercent: 100", "MaximumPercent: 200", "two at once"),
    Fault(ECS, "StopTimeout: 90", "StopTimeout: 60", "killed early"),
    Fault(ECS, 'User: "65532:65532"', "User: root", "root"),
]


def main():
    good = [Fault(template, "", "", "") for template in (SERVERLESS, ECS)]
    cases = good + FAULTS
    with tempfile.TemporaryDirectory() as folder:
        found = findings([copy(Path(folder), n, case) for n, case in enumerate(cases)], Path(folder))
    complaints = []
    for case, of_case in zip(good, found):
        complaints += [f"deploy/{case.template}: {rule}: {what}" for rule, what in sorted(of_case.items())
                       if rule not in NOT_FOLLOWED]
    seen = {rule for of_case in found[:len(good)] for rule in of_case}
    complaints += [f"{rule}: this advice is given no more" for rule in NOT_FOLLOWED.keys() - seen]
    for case, of_case in zip(FAULTS, found[len(good):]):
        if case.rule not in of_case:
            complaints.append(f"NOT found: `{case.old.strip()}` -> `{case.new}` by {case.rule}; by {sorted(of_case)}")
    for complaint in complaints:
        print(complaint)
    if complaints:
        sys.exit(1)
    print(f"{len(good)} templates are fine, and {len(FAULTS)} faults in copies of them were found.")


def copy(folder, number, case):
    text = (DEPLOY / case.template).read_text()
    if case.old not in text:
        sys.exit(f"templates.py: `{case.old}` is not in deploy/{case.template} any more")
    path = folder / f"{number}.yaml"
    path.write_text(text.replace(case.old, case.new, 1) if case.old else text)
    return path


def findings(paths, folder):
    """For each template its findings, by rule."""
    found = {path.stem: {} for path in paths}
    (folder / "plain").mkdir()
    for path in paths:
        try:
            plain = stack.translated(path, {"Bucket": "code", "Key": "bootstrap.zip"})
        except Exception as error:  # SAM has many ways to say no, and none of them may end this.
            found[path.stem]["SAM"] = str(error)
            continue
        (folder / "plain" / f"{path.stem}.json").write_text(json.dumps(plain, indent=1))
        found[path.stem].update(own_rules(plain))
    translated = sorted((folder / "plain").glob("*.json"))
    with ThreadPoolExecutor() as both:
        told = [both.submit(lint, [*paths, *translated]), both.submit(scan, folder / "plain")]
    for name, rule, what in [*told[0].result(), *told[1].result()]:
        found[name].setdefault(rule, what)
    return list(found.values())


def lint(paths):
    command = ["cfn-lint", "--regions", stack.REGION, "--format", "json", "--", *map(str, paths)]
    return [(Path(one["Filename"]).stem, one["Rule"]["Id"], one["Message"]) for one in json.loads(run(command))]


def scan(folder):
    command = ["checkov", "--directory", str(folder), "--framework", "cloudformation", "--skip-download"]
    told = json.loads(run([*command, "--output", "json", "--compact", "--quiet"]))
    if unread := told["summary"]["parsing_errors"]:
        sys.exit(f"templates.py: checkov cannot read {unread} templates")
    return [(Path(one["file_path"]).stem, one["check_id"], f"{one['check_name']}: {one['resource']}")
            for one in told["results"]["failed_checks"]]


def run(command):
    """What a tool of this environment printed; its exit code says no more than that."""
    done = subprocess.run([Path(sys.executable).parent / command[0], *command[1:]], capture_output=True, text=True)
    if not done.stdout.strip():
        sys.exit(f"templates.py: {command[0]} said nothing: {done.stderr[-1000:]}")
    return done.stdout


# --- rules that neither tool has ---


def own_rules(template):
    for name, resource in template["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind == "AWS::IAM::Role":
            yield from wide(name, properties)
        elif kind == "AWS::ECS::TaskDefinition":
            yield from container(name, properties["ContainerDefinitions"][0])
    if "FrontRole" in template["Resources"]:
        yield from serverless(template)
    if (service := template["Resources"].get("RunService")) is not None:
        bounds = service["Properties"]["DeploymentConfiguration"]
        if (bounds["MinimumHealthyPercent"], bounds["MaximumPercent"]) != (0, 100):
            yield "two at once", "RunService would start the next `easel run` beside the old one"


def wide(role, properties):
    """Permission for everything, or on everything."""
    for policy in properties["Policies"]:
        for statement in stack.flat(policy["PolicyDocument"]["Statement"]):
            actions = stack.listed(statement)
            if any("*" in action for action in actions):
                yield "wide", f"{role} allows {actions}"
            if statement["Resource"] == "*" and not EVERYWHERE.issuperset(actions):
                yield "wide", f"{role} allows {actions} on everything"


def container(task, definition):
    if not str(definition.get("User", "0")).partition(":")[0].isdigit() or str(definition["User"]).startswith("0"):
        yield "root", f"{task} has no user of its own"
    if definition.get("ReadonlyRootFilesystem") is not True:
        yield "writable root", f"{task} may write where its program lies"
    # Easel takes 65 seconds for what is under way.
    if not 75 <= definition["StopTimeout"] <= 120:
        yield "killed early", f"{task} is killed after {definition['StopTimeout']} s"


def serverless(template):
    try:
        stack.check_pollers(template)
    except stack.Failed as failed:
        yield "poller", str(failed)
    denied = template["Resources"]["PicturesPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
    if denied["Effect"] != "Deny" or denied["Condition"] != {"Bool": {"aws:SecureTransport": "false"}}:
        yield "plain HTTP", "the bucket lets in what comes without TLS"


if __name__ == "__main__":
    main()

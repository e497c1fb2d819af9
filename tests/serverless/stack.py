"""Deploys deploy/serverless/template.yaml to a stand-in of AWS on this machine, as a test wants it.

    stack.py translate TEMPLATE
    stack.py actions TEMPLATE
    stack.py deploy --endpoint URL --name NAME --zip FILE [--token TEXT] [--parameter K=V …]
                    [--variable NAME=VALUE …] [--without ROLE:ACTION …] [--keep TYPE …]
                    [--set RESOURCE.PROPERTY=JSON …]
    stack.py deny --endpoint URL --name NAME --action ROLE:ACTION
    stack.py allow --endpoint URL --name NAME
    stack.py logs --endpoint URL --name NAME
    stack.py invoke --endpoint URL --function NAME --payload JSON
    stack.py delete --endpoint URL --name NAME

The stand-in is ministack with AUTH=true and LAMBDA_EXECUTOR=local. Nothing but the given address is asked.
"""

import argparse
import json
import logging
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

REGION = "us-west-2"
TEMPLATE = Path(__file__).parents[2] / "deploy/serverless/template.yaml"
# Logical names in the template, by what tests call them.
ROLES = {"front": "FrontRole", "work": "WorkRole"}
# What the stand-in cannot make, with the reason why a deployment without it still shows what it is to show.
LEFT_OUT = {
    "AWS::Budgets::Budget": "the stand-in knows no such resource; it only sends mail",
    "AWS::S3::BucketPolicy": "it refuses what comes without TLS, which the stand-in does not speak; --keep shows that",
}
# What Lambda demands of the role behind a queue. AWS refuses the mapping otherwise; the stand-in polls all the same.
POLLER = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
TIMEOUT = 60


class Failed(Exception):
    """A sentence for whoever runs this."""


def main():
    arguments = parser().parse_args()
    try:
        arguments.command(arguments)
    except (Failed, BotoCoreError, ClientError) as failed:
        sys.exit(f"stack.py: {failed}")


def parser():
    whole = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = whole.add_subparsers(required=True)

    def add(called, command, **options):
        added = commands.add_parser(called)
        added.set_defaults(command=command)
        for option, settings in options.items():
            added.add_argument(f"--{option}", **settings)
        return added

    needed, many = {"required": True}, {"action": "append", "default": []}
    add("translate", print_translated).add_argument("template", type=Path)
    add("actions", print_actions).add_argument("template", type=Path)
    add("deploy", deploy, endpoint=needed, name=needed, zip={"type": Path, **needed},
        template={"type": Path, "default": TEMPLATE}, token={}, parameter=many, variable=many, without=many,
        keep=many, set=many)
    add("deny", deny, endpoint=needed, name=needed, action=needed)
    add("allow", allow, endpoint=needed, name=needed)
    add("logs", print_logs, endpoint=needed, name=needed)
    add("invoke", invoke, endpoint=needed, function=needed, payload=needed)
    add("delete", delete, endpoint=needed, name=needed)
    return whole


def print_translated(arguments):
    json.dump(translated(arguments.template, {"Bucket": "code", "Key": "bootstrap.zip"}), sys.stdout, indent=1)
    print()


def print_actions(arguments):
    plain = translated(arguments.template, {"Bucket": "code", "Key": "bootstrap.zip"})
    for role, action in actions(plain):
        print(role, action)


def deploy(arguments):
    made, endpoint = clients(arguments.endpoint), arguments.endpoint.rstrip("/")
    bucket = f"code-{arguments.name}-{time.time_ns():x}".lower()
    plain = translated(arguments.template, {"Bucket": bucket, "Key": "bootstrap.zip"})
    for kind in LEFT_OUT.keys() - set(arguments.keep):
        for name in [name for name, one in plain["Resources"].items() if one["Type"] == kind]:
            del plain["Resources"][name]
    for function in of_type(plain, "AWS::Lambda::Function").values():
        function["Properties"]["Environment"]["Variables"].update(pairs(arguments.variable))
    for what, value in pairs(arguments.set).items():
        resource, _, name = what.partition(".")
        properties = plain["Resources"].get(resource, {}).get("Properties", {})
        if name not in properties:
            raise Failed(f"--set: the template has no {what}")
        properties[name] = json.loads(value)
    for what in arguments.without:
        take_away(plain, *what.split(":", 1))
    check_pollers(plain)
    made.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    made.s3.upload_file(str(arguments.zip), bucket, "bootstrap.zip")
    parameters = pairs(arguments.parameter)
    plain["Resources"] = with_numbers(plain, parameters, plain["Resources"])
    if arguments.token is not None:
        secret = made.secretsmanager.create_secret(Name=f"{arguments.name}/token", SecretString=arguments.token)
        parameters["DiscordTokenSecretArn"] = secret["ARN"]
    create(made.cloudformation, arguments.name, plain, parameters)
    print(json.dumps(outputs(made.cloudformation, arguments.name, endpoint)))


def deny(arguments):
    """Takes an action from a role that is in use, until `allow`."""
    client, roles = clients(arguments.endpoint).iam, physical_roles(arguments)
    role, _, action = arguments.action.partition(":")
    name, _, sid = action.partition("@")
    policy = client.get_role_policy(RoleName=roles[role], PolicyName=role)["PolicyDocument"]
    hit = [one for one in policy["Statement"] if name in listed(one) and sid in ("", one["Sid"])]
    if not hit:
        raise Failed(f"--action: `{role}` has no {action}")
    denied = [{"Effect": "Deny", "Action": name, "Resource": one["Resource"]} for one in hit]
    document = json.dumps({"Version": "2012-10-17", "Statement": denied})
    client.put_role_policy(RoleName=roles[role], PolicyName="denied", PolicyDocument=document)


def allow(arguments):
    client = clients(arguments.endpoint).iam
    for role in physical_roles(arguments).values():
        if "denied" in client.list_role_policies(RoleName=role)["PolicyNames"]:
            client.delete_role_policy(RoleName=role, PolicyName="denied")


def physical_roles(arguments):
    resources = physical(clients(arguments.endpoint).cloudformation, arguments.name)
    return {role: resources[logical] for role, logical in ROLES.items()}


def print_logs(arguments):
    made = clients(arguments.endpoint)
    resources = physical(made.cloudformation, arguments.name)
    for logs in ["FrontLogs", "WorkLogs"]:
        for page in made.logs.get_paginator("filter_log_events").paginate(logGroupName=resources[logs]):
            for event in page["events"]:
                print(event["message"])


def invoke(arguments):
    client = clients(arguments.endpoint).lambda_
    answer = client.invoke(FunctionName=arguments.function, Payload=arguments.payload.encode())
    print(answer["Payload"].read().decode())
    if "FunctionError" in answer:
        raise Failed(f"{arguments.function} failed: {answer['FunctionError']}")


def delete(arguments):
    client = clients(arguments.endpoint).cloudformation
    client.delete_stack(StackName=arguments.name)
    client.get_waiter("stack_delete_complete").wait(
        StackName=arguments.name, WaiterConfig={"Delay": 1, "MaxAttempts": TIMEOUT})


# --- templates ---


def translated(path, code):
    """The template as plain CloudFormation, with its code at `code`. Asks nobody."""
    os.environ["AWS_DEFAULT_REGION"] = REGION
    # It complains of metrics that it does not send.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    template = yaml_parse(path.read_text())
    if "Transform" not in template:
        return template
    for function in of_type(template, "AWS::Serverless::Function").values():
        function["Properties"]["CodeUri"] = code
    # Managed policies are all that it would look up, and there are none.
    return transform(template, {}, SimpleNamespace(load=dict))


def of_type(template, kind):
    return {name: one for name, one in template["Resources"].items() if one["Type"] == kind}


def statements(template, role):
    """The statements of a role's policy, conditional ones as well."""
    policies = template["Resources"][ROLES[role]]["Properties"]["Policies"]
    return flat(one for policy in policies for one in policy["PolicyDocument"]["Statement"])


def flat(statements):
    return [one["Fn::If"][1] if "Fn::If" in one else one for one in statements]


def listed(statement):
    allowed = statement["Action"]
    return [allowed] if isinstance(allowed, str) else allowed


def actions(template):
    """Pairs of role and action; an action that stands in several statements of a role is followed by `@Sid`."""
    for role in ROLES:
        found = [(action, one["Sid"]) for one in statements(template, role) for action in listed(one)]
        for action, sid in found:
            alone = [other for other, _ in found].count(action) == 1
            yield role, action if alone else f"{action}@{sid}"


def take_away(template, role, action):
    """Takes an action from a role, or from the one statement behind its `@`."""
    if role not in ROLES:
        raise Failed(f"--without: `{role}` is no role; there are {' and '.join(ROLES)}")
    name, _, sid = action.partition("@")
    hit = [one for one in statements(template, role)
           if name in listed(one) and sid in ("", one["Sid"])]
    if not hit:
        raise Failed(f"--without: `{role}` has no {action}")
    for statement in hit:
        left = [action for action in listed(statement) if action != name]
        # A statement without an action is refused: it allows nothing in a way that is accepted.
        statement.update({"Action": left} if left else {"Action": name, "Effect": "Deny"})


def with_numbers(template, parameters, part):
    """Parameters that are numbers as such: the stand-in would hand them on as text."""
    if isinstance(part, list):
        return [with_numbers(template, parameters, one) for one in part]
    if not isinstance(part, dict):
        return part
    name = part.get("Ref")
    if len(part) == 1 and template["Parameters"].get(name, {}).get("Type") == "Number":
        return int(parameters.get(name, template["Parameters"][name]["Default"]))
    return {key: with_numbers(template, parameters, one) for key, one in part.items()}


def check_pollers(template):
    """Refuses what AWS refuses: a queue whose function may not poll it."""
    for name, mapping in of_type(template, "AWS::Lambda::EventSourceMapping").items():
        queue = mapping["Properties"]["EventSourceArn"]
        function = template["Resources"][mapping["Properties"]["FunctionName"]["Ref"]]
        logical = function["Properties"]["Role"]["Fn::GetAtt"][0]
        role = next(role for role, of in ROLES.items() if of == logical)
        allowed = {action for one in statements(template, role)
                   if one["Effect"] == "Allow" and one["Resource"] == queue for action in listed(one)}
        if missing := sorted(POLLER - allowed):
            raise Failed(f"{name}: the execution role of {role} may not call {', '.join(missing)} on the queue")


# --- the stand-in ---


def clients(endpoint):
    session = boto3.Session("test", "test", region_name=REGION)
    # A proxy in the environment is not meant for this machine.
    config = Config(proxies={}, s3={"addressing_style": "path"}, retries={"total_max_attempts": 2})
    names = ["s3", "cloudformation", "secretsmanager", "lambda", "iam", "logs"]
    made = {name: session.client(name, endpoint_url=endpoint, config=config) for name in names}
    return SimpleNamespace(**made, lambda_=made["lambda"])


def create(client, name, template, parameters):
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
        DisableRollback=True,
    )
    deadline = time.monotonic() + TIMEOUT
    while (status := client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]) == "CREATE_IN_PROGRESS":
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    if status != "CREATE_COMPLETE":
        for event in reversed(client.describe_stack_events(StackName=name)["StackEvents"]):
            reason = event.get("ResourceStatusReason", "")
            print(event["LogicalResourceId"], event["ResourceStatus"], reason, file=sys.stderr)
        raise Failed(f"the stack {name} is {status}")


def outputs(client, name, endpoint):
    """What a test needs to know of the stack. The API's own name resolves nowhere; its path on the stand-in does."""
    described = client.describe_stacks(StackName=name)["Stacks"][0]
    told = {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}
    resources = physical(client, name)
    return {
        "api": f"{endpoint}/_aws/execute-api/{resources['Api']}/$default",
        "table": told["Table"],
        "queue": told["Queue"],
        "dead_letters": told["DeadLetterQueue"],
        "bucket": told["Bucket"],
        "front": told["FrontFunction"],
        "work": told["WorkFunction"],
    }


def physical(client, name):
    """The names of the stack's resources, by what the template calls them."""
    resources = client.describe_stack_resources(StackName=name)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}


def pairs(given):
    for one in given:
        if "=" not in one:
            raise Failed(f"`{one}` is not NAME=VALUE")
    return dict(one.split("=", 1) for one in given)


if __name__ == "__main__":
    main()

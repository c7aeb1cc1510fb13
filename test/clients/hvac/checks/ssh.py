"""One-time passwords and certificates of hosts."""

from hvac.exceptions import InvalidPath, InvalidRequest

from .check import refused

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbTEJZyveejmOqlPh64bObMhJcmfUcByk18hF7D6X78"


def passwords(server):
    """ssh: one-time passwords are made, looked up, verified once, and end with their lease"""
    mount, root = server.name("otp"), server.root
    ssh = root.secrets.ssh
    root.sys.enable_secrets_engine("ssh", path=mount)
    ssh.create_role("r", key_type="otp", default_user="ubuntu", cidr_list="10.0.0.0/8", mount_point=mount)
    ssh.create_role("any", key_type="otp", default_user="root", mount_point=mount)
    assert ssh.read_role("r", mount_point=mount)["data"]["cidr_list"] == "10.0.0.0/8"
    listed = ssh.list_roles(mount_point=mount)["data"]
    assert listed["keys"] == ["any", "r"] and listed["key_info"]["r"] == {"key_type": "otp"}
    with refused(InvalidRequest, "IP does not belong to role"):
        ssh.generate_ssh_credentials("any", ip="192.0.2.1", mount_point=mount)
    ssh.configure_zeroaddress_roles("any", mount_point=mount)
    assert ssh.list_zeroaddress_roles(mount_point=mount)["data"]["roles"] == ["any"]
    assert ssh.list_roles_by_ip("10.1.2.3", mount_point=mount)["data"]["roles"] == ["r", "any"]
    made = ssh.generate_ssh_credentials("r", ip="10.1.2.3", mount_point=mount)
    assert made["data"]["username"] == "ubuntu" and made["lease_id"] and not made["renewable"]
    host = server.client().secrets.ssh
    told = host.verify_ssh_otp(made["data"]["key"], mount_point=mount)["data"]
    assert told == {"ip": "10.1.2.3", "username": "ubuntu", "role_name": "r"}
    with refused(InvalidRequest, "OTP not found"):
        host.verify_ssh_otp(made["data"]["key"], mount_point=mount)
    other = ssh.generate_ssh_credentials("any", ip="192.0.2.1", username="root", mount_point=mount)
    root.sys.revoke_lease(other["lease_id"])
    with refused(InvalidRequest, "OTP not found"):
        host.verify_ssh_otp(other["data"]["key"], mount_point=mount)
    ssh.delete_zeroaddress_role(mount_point=mount)
    with refused(InvalidPath):
        ssh.list_zeroaddress_roles(mount_point=mount)
    ssh.delete_role("r", mount_point=mount)
    with refused(InvalidPath):
        ssh.read_role("r", mount_point=mount)
    root.sys.disable_secrets_engine(mount)


def certificates(server):
    """ssh: a CA is made, signs what a role allows, and is deleted"""
    mount, root = server.name("ca"), server.root
    ssh = root.secrets.ssh
    root.sys.enable_secrets_engine("ssh", path=mount)
    made = ssh.submit_ca_information(key_type="ecdsa-sha2-nistp384", mount_point=mount)["data"]["public_key"]
    assert made.startswith("ecdsa-sha2-nistp384 ")
    assert ssh.read_public_key(mount_point=mount)["data"]["public_key"] == made
    ssh.create_role(
        "r",
        key_type="ca",
        allow_user_certificates=True,
        allowed_users="bob",
        max_ttl="1h",
        default_extensions={"permit-pty": ""},
        mount_point=mount,
    )
    signed = ssh.sign_ssh_key("r", PUBLIC_KEY, valid_principals="bob", mount_point=mount)["data"]
    assert signed["signed_key"].startswith("ssh-ed25519-cert-v01@openssh.com ")
    with refused(InvalidRequest, "eve is not a valid value for valid_principals"):
        ssh.sign_ssh_key("r", PUBLIC_KEY, valid_principals="eve", mount_point=mount)
    ssh.delete_ca_information(mount_point=mount)
    with refused(InvalidRequest, "keys haven't been configured yet"):
        ssh.read_public_key(mount_point=mount)
    root.sys.disable_secrets_engine(mount)


CHECKS = [passwords, certificates]

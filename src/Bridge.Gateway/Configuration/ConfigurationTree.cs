using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Bridge.Gateway.Configuration;

/// <summary>
/// The shape of a configuration as the reference's rows give it, and the walk that finds what does not fit: unknown keys, objects where values
/// belong, values where objects belong, names that are not allowed.
/// </summary>
internal sealed class ConfigurationTree
{
    private readonly Dictionary<string, ConfigurationTree> _members = new(StringComparer.OrdinalIgnoreCase);
    private ConfigurationTree? _named;
    private ConfigurationKey? _key;

    /// <summary>The tree of all rows of <see cref="ConfigurationKeys.All"/>.</summary>
    public static ConfigurationTree Reference { get; } = Build(ConfigurationKeys.All);

    /// <summary>Adds an error for each node of <paramref name="root"/> that has no place in the tree.</summary>
    public void Check(IConfiguration root, ConfigurationErrors errors) => CheckMembers(root, "", errors);

    private static ConfigurationTree Build(IEnumerable<ConfigurationKey> keys)
    {
        ConfigurationTree root = new();
        foreach (ConfigurationKey key in keys)
        {
            ConfigurationTree node = root;
            foreach (string segment in key.Path.Split(':'))
            {
                node = node.Enter(segment);
            }

            node._key = key;
        }

        return root;
    }

    private ConfigurationTree Enter(string segment)
    {
        if (segment.StartsWith('<'))
        {
            return _named ??= new ConfigurationTree();
        }

        if (!_members.TryGetValue(segment, out ConfigurationTree? member))
        {
            _members.Add(segment, member = new ConfigurationTree());
        }

        return member;
    }

    private void CheckMembers(IConfiguration node, string path, ConfigurationErrors errors)
    {
        foreach (IConfigurationSection child in node.GetChildren())
        {
            string name = _members.Keys.FirstOrDefault(known => known.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) ?? child.Key;
            string childPath = path.Length == 0 ? name : $"{path}:{name}";
            if ((_members.GetValueOrDefault(child.Key) ?? _named) is { } fit)
            {
                fit.CheckNode(child, childPath, errors);
            }
            else
            {
                string known = Spelling.Suggestion(child.Key, _members.Keys);
                errors.Add(childPath, $"there is no such key{(known.Length > 0 ? known : "; here are " + string.Join(", ", _members.Keys))}");
            }
        }
    }

    private void CheckNode(IConfigurationSection node, string path, ConfigurationErrors errors)
    {
        if (_key is IValueKey value)
        {
            CheckValue(node, path, value.IsList, errors);
            return;
        }

        if (_key is SectionKey { NameRule: ValueRule<string> rule } && !rule.TryParse(node.Key, out _, out string problem))
        {
            errors.Add(path, $"the name {problem}; use {rule.Range}");
        }

        if (_key is SectionKey { IsList: true })
        {
            CheckList(node, path, errors);
            return;
        }

        string[] children = [.. node.GetChildren().Select(child => child.Key)];
        if (node.Value is not null)
        {
            errors.Add(path, node.Value.Length == 0 ? "is an empty list; give an object" : $"is the single value {node.Value}; give an object");
        }
        else if (children.Length > 0 && children.Select((name, index) => name == index.ToString(CultureInfo.InvariantCulture)).All(inOrder => inOrder))
        {
            // Configuration providers turn [a, b] into members 0 and 1.
            errors.Add(path, "is a list; give an object");
        }
        else
        {
            CheckMembers(node, path, errors);
        }
    }

    private void CheckList(IConfigurationSection node, string path, ConfigurationErrors errors)
    {
        if (!string.IsNullOrEmpty(node.Value))
        {
            errors.Add(path, $"is the single value {node.Value}; give a list of objects");
        }
        else if (node.GetChildren().Any(static child => !child.Key.All(char.IsAsciiDigit)))
        {
            errors.Add(path, "is an object; give a list of objects");
        }
        else
        {
            CheckMembers(node, path, errors);
        }
    }

    private void CheckValue(IConfigurationSection node, string path, bool isList, ConfigurationErrors errors)
    {
        IConfigurationSection[] children = [.. node.GetChildren()];
        string expected = $"give a {_key!.Type} ({_key.Range})";
        if (children.Length == 0)
        {
            return;
        }

        if (!children.All(child => child.Key.All(char.IsAsciiDigit)))
        {
            errors.Add(path, $"is an object; {expected}");
        }
        else if (!isList)
        {
            errors.Add(path, $"is a list; {expected}");
        }
        else if (!string.IsNullOrEmpty(node.Value))
        {
            errors.Add(path, "is both a list and a single value; give one of them");
        }
        else
        {
            foreach (IConfigurationSection entry in children.Where(entry => entry.Value is null))
            {
                errors.Add($"{path}:{entry.Key}", entry.GetChildren().Any() ? $"is an object; {expected}" : $"is null; {expected}");
            }
        }
    }
}
